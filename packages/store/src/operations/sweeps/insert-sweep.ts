import type { NewSweep, NewTrial, StoredSweep } from '@sweepd/scheduler'
import type { Prisma, PrismaClient } from '../../generated/client.js'
import { toStorableText } from '../../storable-text.js'

const TRIALS_PER_STATEMENT = 5_000
const TIMEOUT_MS = 300_000

/**
 * Stores a sweep with its trials in one transaction. All times are those of the database.
 * A statement takes its trials as one JSON parameter: createMany would bind 32,767 values at most.
 * 100,000 trials take Postgres 8 s on one core, most of it for the indexes.
 * Of racing sweeps with one idempotency key, the first is stored; the others wait for it and are answered with it.
 */
export function insertSweep(
  prisma: PrismaClient,
  sweep: NewSweep,
  trials: readonly NewTrial[],
): Promise<StoredSweep> {
  return prisma.$transaction(
    async (transaction) => {
      const earlier = await insertOrFind(transaction, sweep, trials.length)
      if (earlier) return earlier
      for (let from = 0; from < trials.length; from += TRIALS_PER_STATEMENT)
        await insertTrials(transaction, sweep.id, trials.slice(from, from + TRIALS_PER_STATEMENT))
      return { sweepId: sweep.id, isNew: true, definitionHash: sweep.idempotency?.definitionHash ?? null }
    },
    { timeout: TIMEOUT_MS, maxWait: 30_000 },
  )
}

/** Inserts the row of the sweep, or answers the sweep that has its key. It may be deleted in between: then once more. */
async function insertOrFind(
  transaction: Prisma.TransactionClient,
  { id, definition, idempotency }: NewSweep,
  planned: number,
): Promise<StoredSweep | undefined> {
  const storable = { ...definition, name: toStorableText(definition.name) }
  const { name, priority, maxParallel } = storable
  const key = idempotency && toStorableText(idempotency.key)
  for (;;) {
    const inserted = await transaction.$executeRaw`
      INSERT INTO sweep (id, name, definition, priority, max_parallel, planned, idempotency_key, definition_hash)
      VALUES (${id}::uuid, ${name}, ${JSON.stringify(storable)}::jsonb, ${priority}::int, ${maxParallel}::int,
              ${planned}::int, ${key ?? null}, ${idempotency?.definitionHash ?? null})
      ON CONFLICT (idempotency_key) DO NOTHING`
    if (inserted === 1 || key === undefined) return undefined
    const earlier = await transaction.sweep.findUnique({ where: { idempotencyKey: key } })
    if (earlier) return { sweepId: earlier.id, isNew: false, definitionHash: earlier.definitionHash }
  }
}

function insertTrials(transaction: Prisma.TransactionClient, sweepId: string, trials: readonly NewTrial[]) {
  return transaction.$executeRaw`
    INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs)
    SELECT n.id, ${sweepId}::uuid, n.number, n.hyperparameters, n."hyperparametersHash",
           (n.hyperparameters ->> 'epochs')::int
    FROM jsonb_to_recordset(${JSON.stringify(trials)}::jsonb)
      AS n(id uuid, number int, hyperparameters jsonb, "hyperparametersHash" text)`
}
