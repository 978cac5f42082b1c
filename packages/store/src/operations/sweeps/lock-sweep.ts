import type { SweepState } from '@sweepd/core'
import type { Prisma, PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

const TIMEOUT_MS = 120_000

/**
 * Runs `change` with the row of a sweep locked, so that changes of one sweep follow each other, and each sees what
 * the one before did: only a statement that begins after the lock was had reads the rows as they are then. Undefined
 * where nothing has the id. Whoever locks more takes the sweep first, then trials, then attempts.
 */
export async function lockSweep<T>(
  prisma: PrismaClient,
  sweepId: string,
  change: (transaction: Prisma.TransactionClient, state: SweepState) => Promise<T>,
): Promise<T | undefined> {
  if (!isUuid(sweepId)) return undefined
  return prisma.$transaction(
    async (transaction) => {
      const [sweep] = await transaction.$queryRaw<{ state: SweepState }[]>`
        SELECT state FROM sweep WHERE id = ${sweepId}::uuid FOR NO KEY UPDATE`
      return sweep && change(transaction, sweep.state)
    },
    { timeout: TIMEOUT_MS, maxWait: 30_000 },
  )
}
