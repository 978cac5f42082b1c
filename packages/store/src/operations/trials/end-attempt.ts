import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import type { Fence, Requeueing, TrainedModel } from '@sweepd/scheduler'
import { checkFinite } from '../../check-finite.js'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { toStorableText } from '../../storable-text.js'
import { heldBy, TAKE_BACK } from './trial-rows.js'

// Each is one statement that locks the trial, closes its attempt, and ends or requeues the trial with the metrics of the
// attempt. The locks are taken in the same order as by a cancellation.

/**
 * running → completed with the score and the metrics of the kept epoch, and with the model if it is to be kept.
 * @throws RangeError for metrics that are not finite
 */
export async function completeTrial(
  database: Database,
  fence: Fence,
  score: Score,
  kept: EpochMetrics,
  model?: TrainedModel,
): Promise<boolean> {
  const { loss, acc, val_loss, val_acc } = kept
  const { test_loss, test_acc } = score
  checkFinite(`the score of trial ${fence.trialId}`, { loss, acc, val_loss, val_acc, test_loss, test_acc })
  if (!isUuid(fence.trialId)) return false
  const completed = await database.prepared(Prisma.sql`
    WITH held AS (${heldBy(fence)}), closed AS (
      UPDATE attempt SET outcome = 'completed', finished_at = now(), lease_expires_at = NULL
      FROM held WHERE trial_id = held.id AND attempt.number = ${fence.attempt}::int
      RETURNING attempt.*
    ), completed AS (
      UPDATE trial
      SET state = 'completed', finished_at = now(), epochs_done = closed.epochs_done,
          train_duration_ms = closed.train_duration_ms, loss = ${loss}::float8, acc = ${acc}::float8,
          val_loss = ${val_loss}::float8, val_acc = ${val_acc}::float8,
          test_loss = ${test_loss}::float8, test_acc = ${test_acc}::float8
      FROM closed WHERE trial.id = closed.trial_id
      RETURNING trial.id, trial.sweep_id
    ), ${model === undefined ? Prisma.empty : keepModel(model)} scored AS (
      INSERT INTO score (trial_id, test_loss, test_acc, confusion_matrix, per_class)
      SELECT id, ${test_loss}::float8, ${test_acc}::float8, ${JSON.stringify(score.confusionMatrix)}::jsonb,
             ${JSON.stringify(score.perClass)}::jsonb
      FROM completed
    ), dropped AS (
      DELETE FROM checkpoint USING completed WHERE trial_id = completed.id
    )
    SELECT id FROM completed`)
  return completed.length === 1
}

const keepModel = ({ json, weights }: TrainedModel): Prisma.Sql => Prisma.sql`modelled AS (
      INSERT INTO trained_model (trial_id, sweep_id, json, weights)
      SELECT id, sweep_id, ${json}::text, ${weights}::bytea FROM completed
    ),`

/** running → failed, for good; trial and attempt both keep the error. */
export async function failTrial(database: Database, fence: Fence, error: TrialError): Promise<boolean> {
  if (!isUuid(fence.trialId)) return false
  const failed = await database.query(Prisma.sql`
    WITH held AS (${heldBy(fence)}), closed AS (
      UPDATE attempt
      SET outcome = 'failed', finished_at = now(), lease_expires_at = NULL,
          error_class = ${error.class}, error_message = ${toStorableText(error.message)}
      FROM held WHERE trial_id = held.id AND attempt.number = ${fence.attempt}::int
      RETURNING attempt.*
    ), failed AS (
      UPDATE trial
      SET state = 'failed', finished_at = now(), error_class = closed.error_class, error_message = closed.error_message,
          ${TAKE_BACK}
      FROM closed WHERE trial.id = closed.trial_id
      RETURNING trial.id
    ), dropped AS (
      DELETE FROM checkpoint USING failed WHERE trial_id = failed.id
    )
    SELECT id FROM failed`)
  return failed.length === 1
}

/** running → queued. The attempt keeps the error; the trial has one only when it has failed for good. */
export async function requeueTrial(
  database: Database,
  fence: Fence,
  { outcome, error, delayMs, alone }: Requeueing,
): Promise<boolean> {
  if (!isUuid(fence.trialId)) return false
  const queued = await database.query(Prisma.sql`
    WITH held AS (${heldBy(fence)}), closed AS (
      UPDATE attempt
      SET outcome = ${outcome}::attempt_outcome, finished_at = now(), lease_expires_at = NULL,
          error_class = ${error?.class ?? null}, error_message = ${error && toStorableText(error.message)}
      FROM held WHERE trial_id = held.id AND number = ${fence.attempt}::int
      RETURNING attempt.*
    )
    UPDATE trial
    SET state = 'queued', alone = alone OR ${alone === true},
        -- No delay is none at all: now() rounded to a millisecond may lie ahead of the next statement's.
        not_before = CASE WHEN ${delayMs}::float8 > 0 THEN now() + ${delayMs}::float8 * interval '1 ms' END,
        ${TAKE_BACK}
    FROM closed WHERE trial.id = closed.trial_id
    RETURNING trial.id`)
  return queued.length === 1
}
