import type { EpochMetrics } from '@sweepd/core'
import type { EpochAnswer, Fence } from '@sweepd/scheduler'
import { checkFinite } from '../../check-finite.js'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

interface HeldRow {
  /** Before this report. */
  readonly epochsDone: number
  readonly epochs: number
  readonly isPaused: boolean
}

/**
 * Stores an epoch of the running attempt and the checkpoint after it, in one statement. The lock on the trial orders
 * this with whatever ends the attempt; an epoch is stored only where it follows the last one.
 * @throws RangeError for metrics that are not finite, or an epoch that leaves a gap
 */
export async function recordEpoch(
  prisma: PrismaClient,
  { trialId, attempt }: Fence,
  metrics: EpochMetrics,
  checkpoint: Uint8Array | undefined,
  leaseMs: number,
): Promise<EpochAnswer> {
  const { epoch, loss, acc, val_loss, val_acc, durationMs } = metrics
  checkFinite(`epoch ${epoch} of trial ${trialId}`, { loss, acc, val_loss, val_acc, durationMs })
  if (!isUuid(trialId)) return 'stop'
  const [held] = await prisma.$queryRaw<HeldRow[]>`
    WITH held AS (
      SELECT id, retries, epochs, epochs_done, sweep_id FROM trial
      WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
      FOR NO KEY UPDATE
    ), renewed AS (
      UPDATE attempt SET lease_expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
      FROM held WHERE trial_id = held.id AND number = ${attempt}::int AND held.epochs_done >= ${epoch}::int - 1
    ), stored AS (
      INSERT INTO epoch (trial_id, retry, epoch, attempt, loss, acc, val_loss, val_acc, duration_ms)
      SELECT id, retries, ${epoch}::int, ${attempt}::int, ${loss}::float8, ${acc}::float8, ${val_loss}::float8,
             ${val_acc}::float8, ${durationMs}::float8
      FROM held WHERE epochs_done = ${epoch}::int - 1
      RETURNING *
    ), kept AS (
      INSERT INTO checkpoint (trial_id, attempt, epoch, data)
      SELECT trial_id, attempt, epoch, ${checkpoint ?? null}::bytea FROM stored
      WHERE ${checkpoint !== undefined}
      ON CONFLICT (trial_id) DO UPDATE
      SET attempt = excluded.attempt, epoch = excluded.epoch, data = excluded.data, created_at = now()
    ), measured AS (
      UPDATE trial SET epochs_done = stored.epoch, loss = stored.loss, acc = stored.acc, val_loss = stored.val_loss,
             val_acc = stored.val_acc, train_duration_ms = trial.train_duration_ms + stored.duration_ms
      FROM stored WHERE trial.id = stored.trial_id
    )
    SELECT held.epochs, held.epochs_done AS "epochsDone", sweep.state = 'paused' AS "isPaused"
    FROM held JOIN sweep ON sweep.id = held.sweep_id`
  if (held === undefined) return 'stop'
  if (epoch > held.epochsDone + 1)
    throw new RangeError(`epoch ${epoch} of trial ${trialId} does not follow epoch ${held.epochsDone}`)
  return held.isPaused && Math.max(epoch, held.epochsDone) < held.epochs ? 'pause' : 'continue'
}
