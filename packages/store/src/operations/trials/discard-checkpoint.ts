import type { Fence } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

/** Lets the running attempt begin with the first epoch again, in one statement; epochs of earlier retries stay. */
export async function discardCheckpoint(database: Database, { trialId, attempt }: Fence): Promise<boolean> {
  if (!isUuid(trialId)) return false
  const held = await database.query(Prisma.sql`
    WITH held AS (
      SELECT id, retries FROM trial
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      FOR NO KEY UPDATE
    ), begun AS (
      UPDATE attempt SET epochs_done = 0, train_duration_ms = 0, loss = NULL, acc = NULL, val_loss = NULL, val_acc = NULL
      FROM held WHERE attempt.trial_id = held.id AND attempt.number = ${attempt}::int
    ), discarded AS (
      DELETE FROM checkpoint USING held WHERE checkpoint.trial_id = held.id
    ), dropped AS (
      DELETE FROM epoch USING held WHERE epoch.trial_id = held.id AND epoch.retry = held.retries
    )
    SELECT id FROM held`)
  return held.length === 1
}
