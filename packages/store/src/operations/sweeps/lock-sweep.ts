import type { SweepState } from '@sweepd/core'
import type { Database, Queryable, TransactionOptions } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

/**
 * Runs `change` with the row of a sweep locked, so that changes of one sweep follow each other, and each sees what
 * the one before did: only a statement that begins after the lock was taken reads the rows as they are then. Returns
 * undefined if nothing has the id. Whoever locks more takes the sweep first, then trials, then attempts, then tallies.
 */
export async function lockSweep<T>(
  database: Database,
  sweepId: string,
  change: (transaction: Queryable, state: SweepState) => Promise<T>,
  options?: TransactionOptions,
): Promise<T | undefined> {
  if (!isUuid(sweepId)) return undefined
  return database.transaction(async (transaction) => {
    const [sweep] = await transaction.query<{ state: SweepState }>(Prisma.sql`
      SELECT state FROM sweep WHERE id = ${sweepId}::uuid FOR NO KEY UPDATE`)
    return sweep && change(transaction, sweep.state)
  }, options)
}
