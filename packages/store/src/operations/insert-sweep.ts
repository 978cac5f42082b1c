import type { NewSweep, NewTrial } from '@sweepd/scheduler'
import type { Prisma, PrismaClient } from '../generated/client.js'
import { toStorableText } from '../storable-text.js'

const TRIALS_PER_STATEMENT = 5_000
const TIMEOUT_MS = 300_000

/**
 * Stores a sweep with its trials in one transaction. All times are those of the database.
 * A statement takes its trials as one JSON parameter: createMany would bind 32,767 values at most.
 * 100,000 trials take Postgres 8 s on one core, most of it for the indexes.
 */
export async function insertSweep(
  prisma: PrismaClient,
  sweep: NewSweep,
  trials: readonly NewTrial[],
): Promise<void> {
  const definition = { ...sweep.definition, name: toStorableText(sweep.definition.name) }
  await prisma.$transaction(
    async (transaction) => {
      await transaction.$executeRaw`
        INSERT INTO sweep (id, name, definition)
        VALUES (${sweep.id}::uuid, ${definition.name}, ${JSON.stringify(definition)}::jsonb)`
      for (let from = 0; from < trials.length; from += TRIALS_PER_STATEMENT)
        await insertTrials(transaction, sweep.id, trials.slice(from, from + TRIALS_PER_STATEMENT))
    },
    { timeout: TIMEOUT_MS, maxWait: 30_000 },
  )
}

function insertTrials(transaction: Prisma.TransactionClient, sweepId: string, trials: readonly NewTrial[]) {
  return transaction.$executeRaw`
    INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs)
    SELECT n.id, ${sweepId}::uuid, n.number, n.hyperparameters, n."hyperparametersHash",
           (n.hyperparameters ->> 'epochs')::int
    FROM jsonb_to_recordset(${JSON.stringify(trials)}::jsonb)
      AS n(id uuid, number int, hyperparameters jsonb, "hyperparametersHash" text)`
}
