import type { TrialError } from '@sweepd/core'
import type { Fence } from '@sweepd/scheduler'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { toStorableText } from '../../storable-text.js'

/** running → failed, for good; trial and attempt both keep the error. */
export async function failTrial(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  error: TrialError,
): Promise<boolean> {
  if (!isUuid(trialId)) return false
  const failed = await prisma.$queryRaw<unknown[]>`
    WITH failed AS (
      UPDATE trial
      SET state = 'failed', finished_at = now(), error_class = ${error.class}, error_message = ${toStorableText(error.message)}
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      RETURNING id, error_class, error_message
    ), closed AS (
      UPDATE attempt
      SET outcome = 'failed', finished_at = now(), lease_expires_at = NULL,
          error_class = failed.error_class, error_message = failed.error_message
      FROM failed WHERE trial_id = failed.id AND attempt.number = ${attempt}::int
    ), dropped AS (
      DELETE FROM checkpoint USING failed WHERE trial_id = failed.id
    )
    SELECT id FROM failed`
  return failed.length === 1
}
