import type { WaitingTrial } from '@sweepd/scheduler'
import type { PrismaClient } from '../generated/client.js'

/**
 * running → queued for every trial whose lease has run out. Locks trial and attempt: so a lease that was renewed a
 * moment ago is read again before it counts. Rows that another caller or report holds are left to it.
 */
export async function requeueExpired(prisma: PrismaClient): Promise<readonly WaitingTrial[]> {
  const queued = await prisma.$queryRaw<{ trialId: string; attempts: number }[]>`
    WITH expired AS (
      SELECT t.id, a.number
      FROM attempt a JOIN trial t ON t.id = a.trial_id AND t.attempts = a.number
      WHERE a.lease_expires_at < now() AND a.outcome = 'running' AND t.state = 'running'
      FOR UPDATE OF t, a SKIP LOCKED
    ), closed AS (
      UPDATE attempt SET outcome = 'expired', finished_at = now(), lease_expires_at = NULL
      FROM expired WHERE attempt.trial_id = expired.id AND attempt.number = expired.number
    ), queued AS (
      UPDATE trial SET state = 'queued', not_before = NULL
      FROM expired WHERE trial.id = expired.id
      RETURNING trial.id, trial.attempts
    )
    SELECT id AS "trialId", attempts FROM queued ORDER BY id`
  return queued.map(({ trialId, attempts }) => ({ trialId, attempt: attempts + 1, delayMs: 0 }))
}
