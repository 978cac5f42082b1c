import { formatVersionOf, parseDatasetReference, toStoredDefinition } from '@sweepd/core'
import { datasetGone, type NewSweep, type NewTrial, type StoredSweep } from '@sweepd/scheduler'
import { type Database, LONG_MS, type Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { toStorableText } from '../../storable-text.js'

/** Writing that many trials as text takes some 5 ms, in which this process does nothing else. */
const TRIALS_PER_STATEMENT = 1000

/** From so many on, Postgres is told at once what the table looks like now, instead of finding out within a minute. */
const ANALYZE_FROM = 10_000

/**
 * Stores a sweep with its trials in one transaction. All times are those of the database.
 * Of racing sweeps with one idempotency key, the first is stored; the others wait for it and get that one.
 */
export function insertSweep(
  database: Database,
  sweep: NewSweep,
  trials: readonly NewTrial[],
): Promise<StoredSweep> {
  return database.transaction(
    async (transaction) => {
      const earlier = await insertOrFind(transaction, sweep, trials.length)
      if (earlier) return earlier
      for (let from = 0; from < trials.length; from += TRIALS_PER_STATEMENT)
        await insertTrials(transaction, sweep.id, trials.slice(from, from + TRIALS_PER_STATEMENT))
      if (trials.length >= ANALYZE_FROM) await transaction.execute(Prisma.sql`ANALYZE trial`)
      return { sweepId: sweep.id, isNew: true, definitionHash: sweep.idempotency?.definitionHash ?? null }
    },
    { statementMs: LONG_MS },
  )
}

/** Inserts the row of the sweep, or returns the sweep that has its key. It may be deleted in between: then once more. */
async function insertOrFind(
  transaction: Queryable,
  { id, definition, datasetDigest, idempotency, planned, endReason, skipped, maxTrialMemoryMiB }: NewSweep,
  trials: number,
): Promise<StoredSweep | undefined> {
  const storable = { ...toStoredDefinition(definition), name: toStorableText(definition.name) }
  const { name, priority, maxParallel } = storable
  const key = idempotency && toStorableText(idempotency.key)
  for (;;) {
    const inserted = await transaction.execute(Prisma.sql`
      INSERT INTO sweep (id, name, definition, format_version, priority, max_parallel, planned, growing,
                         end_reason, skipped, idempotency_key, definition_hash, dataset_digest, max_trial_memory_mib)
      VALUES (${id}::uuid, ${name}, ${JSON.stringify(storable)}::jsonb, ${formatVersionOf(definition)}::int,
              ${priority}::int, ${maxParallel}::int, ${planned ?? trials}::int, ${(planned ?? trials) > trials},
              ${endReason ?? null}, ${skipped && skipped.count > 0 ? JSON.stringify(skipped) : null}::jsonb, ${key ?? null},
              ${idempotency?.definitionHash ?? null}, ${datasetDigest ?? null},
              ${maxTrialMemoryMiB ?? null}::float8)
      ON CONFLICT (idempotency_key) DO NOTHING`)
    if (inserted === 1 || key === undefined) {
      if (datasetDigest !== undefined) await holdDataset(transaction, definition.dataset, datasetDigest)
      return undefined
    }
    const [earlier] = await transaction.query<{ id: string; definitionHash: string | null }>(Prisma.sql`
      SELECT id, definition_hash AS "definitionHash" FROM sweep WHERE idempotency_key = ${key}`)
    if (earlier) return { sweepId: earlier.id, isNew: false, definitionHash: earlier.definitionHash }
  }
}

/**
 * Locks the data set until the sweep is stored or extended, against its removal, which then sees the sweep.
 * @throws InvalidInputError if it was removed meanwhile
 */
export async function holdDataset(transaction: Queryable, dataset: string, digest: string): Promise<void> {
  const { name, version } = parseDatasetReference(dataset) ?? {}
  const found = await transaction.query(Prisma.sql`
    SELECT id FROM dataset
    WHERE name = ${name} AND version = ${version}::int AND digest = ${digest} AND state = 'ready' FOR KEY SHARE`)
  if (found.length === 0) throw datasetGone(dataset)
}

/**
 * Arrays, one for each column: Postgres reads them in half the time of one JSON document. What all points share is sent
 * once, as it is most of each: the text of 1000 points is then a fifth as long.
 */
export function insertTrials(
  transaction: Queryable,
  sweepId: string,
  trials: readonly NewTrial[],
): Promise<number> {
  const { shared, own } = splitPoints(trials.map(({ hyperparameters }) => hyperparameters))
  return transaction.execute(Prisma.sql`
    INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs, proposed_by, dataset_digest)
    SELECT n.id, ${sweepId}::uuid, n.number, ${shared}::jsonb || n.own, n.hash, n.epochs, n.proposed_by,
           (SELECT dataset_digest FROM sweep WHERE id = ${sweepId}::uuid)
    FROM unnest(${trials.map(({ id }) => id)}::uuid[], ${trials.map(({ number }) => number)}::int[],
                ${toJsonArray(own)}::jsonb[],
                ${trials.map(({ hyperparametersHash }) => hyperparametersHash)}::text[],
                ${trials.map(({ hyperparameters }) => hyperparameters.epochs)}::int[],
                ${trials.map(({ proposedBy }) => proposedBy ?? null)}::text[])
      AS n(id, number, own, hash, epochs, proposed_by)`)
}

/** Objects as JSON in two parts: the members that are the same in all of them, and of each the others. */
export function splitPoints(points: readonly object[]): { shared: string; own: string[] } {
  const [first = {}, ...others] = points
  const shared = Object.entries(first).filter(([name, value]) =>
    others.every((point) => isSame(Reflect.get(point, name), value)),
  )
  const names = new Set(shared.map(([name]) => name))
  const own = points.map((point) =>
    JSON.stringify(Object.fromEntries(Object.entries(point).filter(([name]) => !names.has(name)))),
  )
  return { shared: JSON.stringify(Object.fromEntries(shared)), own }
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && a !== null && JSON.stringify(a) === JSON.stringify(b))

/**
 * JSON texts as Postgres writes arrays, in a third of the time that node-postgres takes. A JSON string escapes quotes and
 * backslashes as an array does; the control characters, which it escapes otherwise, do not occur in JSON.
 */
const toJsonArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => JSON.stringify(text)).join(',')}}`
