import type { Fence, Requeueing } from '@sweepd/scheduler'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { toStorableText } from '../../storable-text.js'

/** running → queued. The attempt keeps the error; the trial has one only when it has failed for good. */
export async function requeueTrial(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  { outcome, error, delayMs, alone }: Requeueing,
): Promise<boolean> {
  if (!isUuid(trialId)) return false
  const queued = await prisma.$queryRaw<unknown[]>`
    WITH queued AS (
      UPDATE trial
      SET state = 'queued', not_before = now() + ${delayMs}::float8 * interval '1 ms',
          alone = alone OR ${alone === true}
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      RETURNING id
    ), closed AS (
      UPDATE attempt
      SET outcome = ${outcome}::attempt_outcome, finished_at = now(), lease_expires_at = NULL,
          error_class = ${error?.class ?? null}, error_message = ${error && toStorableText(error.message)}
      FROM queued WHERE trial_id = queued.id AND number = ${attempt}::int
    )
    SELECT id FROM queued`
  return queued.length === 1
}
