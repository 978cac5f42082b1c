import { formatVersionOf, toStoredDefinition } from '@sweepd/core'
import type { NewSweep, NewTrial, StoredSweep } from '@sweepd/scheduler'
import { type Database, LONG_MS, type Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { toStorableText } from '../../storable-text.js'

/** Writing that many trials as text takes 5 ms, in which nothing else is done by this process. */
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
  { id, definition, idempotency }: NewSweep,
  planned: number,
): Promise<StoredSweep | undefined> {
  const storable = { ...toStoredDefinition(definition), name: toStorableText(definition.name) }
  const { name, priority, maxParallel } = storable
  const key = idempotency && toStorableText(idempotency.key)
  for (;;) {
    const inserted = await transaction.execute(Prisma.sql`
      INSERT INTO sweep (id, name, definition, format_version, priority, max_parallel, planned, idempotency_key,
                         definition_hash)
      VALUES (${id}::uuid, ${name}, ${JSON.stringify(storable)}::jsonb, ${formatVersionOf(definition)}::int,
              ${priority}::int, ${maxParallel}::int, ${planned}::int, ${key ?? null},
              ${idempotency?.definitionHash ?? null})
      ON CONFLICT (idempotency_key) DO NOTHING`)
    if (inserted === 1 || key === undefined) return undefined
    const [earlier] = await transaction.query<{ id: string; definitionHash: string | null }>(Prisma.sql`
      SELECT id, definition_hash AS "definitionHash" FROM sweep WHERE idempotency_key = ${key}`)
    if (earlier) return { sweepId: earlier.id, isNew: false, definitionHash: earlier.definitionHash }
  }
}

/** Arrays, one for each column: Postgres reads them in half the time of one JSON document. */
function insertTrials(transaction: Queryable, sweepId: string, trials: readonly NewTrial[]): Promise<number> {
  return transaction.execute(Prisma.sql`
    INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs)
    SELECT n.id, ${sweepId}::uuid, n.number, n.hyperparameters, n.hash, n.epochs
    FROM unnest(${trials.map(({ id }) => id)}::uuid[], ${trials.map(({ number }) => number)}::int[],
                ${trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))}::jsonb[],
                ${trials.map(({ hyperparametersHash }) => hyperparametersHash)}::text[],
                ${trials.map(({ hyperparameters }) => hyperparameters.epochs)}::int[])
      AS n(id, number, hyperparameters, hash, epochs)`)
}
