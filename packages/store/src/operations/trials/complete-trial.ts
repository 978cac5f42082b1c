import type { EpochMetrics, Score } from '@sweepd/core'
import type { Fence } from '@sweepd/scheduler'
import { checkFinite } from '../../check-finite.js'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

/**
 * running → completed with the score and the metrics of the kept epoch, in one statement.
 * @throws RangeError for metrics that are not finite
 */
export async function completeTrial(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  score: Score,
  kept: EpochMetrics,
): Promise<boolean> {
  const { loss, acc, val_loss, val_acc } = kept
  const { test_loss, test_acc } = score
  checkFinite(`the score of trial ${trialId}`, { loss, acc, val_loss, val_acc, test_loss, test_acc })
  if (!isUuid(trialId)) return false
  const completed = await prisma.$queryRaw<unknown[]>`
    WITH completed AS (
      UPDATE trial
      SET state = 'completed', finished_at = now(), loss = ${loss}::float8, acc = ${acc}::float8,
          val_loss = ${val_loss}::float8, val_acc = ${val_acc}::float8,
          test_loss = ${test_loss}::float8, test_acc = ${test_acc}::float8
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      RETURNING id, test_loss, test_acc
    ), closed AS (
      UPDATE attempt SET outcome = 'completed', finished_at = now(), lease_expires_at = NULL
      FROM completed WHERE trial_id = completed.id AND attempt.number = ${attempt}::int
    ), scored AS (
      INSERT INTO score (trial_id, test_loss, test_acc, confusion_matrix, per_class)
      SELECT id, test_loss, test_acc, ${JSON.stringify(score.confusionMatrix)}::jsonb,
             ${JSON.stringify(score.perClass)}::jsonb
      FROM completed
    ), dropped AS (
      DELETE FROM checkpoint USING completed WHERE trial_id = completed.id
    )
    SELECT id FROM completed`
  return completed.length === 1
}
