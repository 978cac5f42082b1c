import type { EpochMetrics } from '@sweepd/core'
import type { Fence } from '@sweepd/scheduler'
import { checkFinite } from '../check-finite.js'
import type { PrismaClient } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'

/**
 * Stores an epoch of the running attempt in one statement. The lock on the trial orders this with whatever ends the
 * attempt; the primary key lets an epoch through once; an epoch that arrives late leaves the metrics of a later one.
 * @throws RangeError for metrics that are not finite
 */
export async function recordEpoch(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  metrics: EpochMetrics,
  leaseMs: number,
): Promise<boolean> {
  const { epoch, loss, acc, val_loss, val_acc, durationMs } = metrics
  checkFinite(`epoch ${epoch} of trial ${trialId}`, { loss, acc, val_loss, val_acc, durationMs })
  if (!isUuid(trialId)) return false
  const held = await prisma.$queryRaw<unknown[]>`
    WITH held AS (
      SELECT id FROM trial
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      FOR UPDATE
    ), renewed AS (
      UPDATE attempt SET lease_expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
      FROM held WHERE trial_id = held.id AND number = ${attempt}::int
    ), stored AS (
      INSERT INTO epoch (trial_id, epoch, attempt, loss, acc, val_loss, val_acc, duration_ms)
      SELECT id, ${epoch}::int, ${attempt}::int, ${loss}::float8, ${acc}::float8, ${val_loss}::float8,
             ${val_acc}::float8, ${durationMs}::float8
      FROM held
      ON CONFLICT (trial_id, epoch) DO NOTHING
      RETURNING *
    ), measured AS (
      UPDATE trial SET epochs_done = stored.epoch, loss = stored.loss, acc = stored.acc, val_loss = stored.val_loss,
             val_acc = stored.val_acc, train_duration_ms = trial.train_duration_ms + stored.duration_ms
      FROM stored WHERE trial.id = stored.trial_id AND trial.epochs_done < stored.epoch
    )
    SELECT id FROM held`
  return held.length === 1
}
