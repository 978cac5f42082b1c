import type { WaitingTrial } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { TAKE_BACK } from './trial-rows.js'

/**
 * running → queued for every trial whose lease has run out. Locks trial and attempt: so a lease that was renewed a
 * moment ago is read again before it counts. Rows that another caller or report holds are left to it.
 */
export async function requeueExpired(database: Database): Promise<readonly WaitingTrial[]> {
  const expired = await database.query<WaitingTrial>(Prisma.sql`
    WITH expired AS (
      SELECT t.id, a.number
      FROM attempt a JOIN trial t ON t.id = a.trial_id AND t.attempts = a.number
      WHERE a.lease_expires_at < now() AND a.outcome = 'running' AND t.state = 'running'
      FOR NO KEY UPDATE OF t, a SKIP LOCKED
    ), closed AS (
      UPDATE attempt SET outcome = 'expired', finished_at = now(), lease_expires_at = NULL
      FROM expired WHERE attempt.trial_id = expired.id AND attempt.number = expired.number
      RETURNING attempt.*
    ), queued AS (
      UPDATE trial
      SET state = 'queued', not_before = NULL, ${TAKE_BACK}
      FROM closed WHERE trial.id = closed.trial_id
      RETURNING trial.id, trial.attempts
    )
    SELECT id AS "trialId", attempts + 1 AS attempt, 0 AS "delayMs" FROM queued ORDER BY id`)
  return [...expired, ...(await requeueOrphans(database))]
}

/**
 * running → queued for trials that have no running attempt. No transition leaves one behind; a restored backup or a
 * hand in the database may. The number of attempts guards against one that was begun meanwhile.
 */
function requeueOrphans(database: Database): Promise<readonly WaitingTrial[]> {
  return database.query<WaitingTrial>(Prisma.sql`
    WITH orphan AS (
      SELECT t.id, t.attempts FROM trial t
      WHERE t.state = 'running' AND NOT EXISTS (
        SELECT FROM attempt a WHERE a.trial_id = t.id AND a.number = t.attempts AND a.outcome = 'running'
          AND a.lease_expires_at IS NOT NULL
      )
    )
    UPDATE trial SET state = 'queued', not_before = NULL
    FROM orphan WHERE trial.id = orphan.id AND trial.attempts = orphan.attempts AND trial.state = 'running'
    RETURNING trial.id AS "trialId", trial.attempts + 1 AS attempt, 0 AS "delayMs"`)
}
