import type { EpochMetrics } from '@sweepd/core'
import type { EpochAnswer, Fence, Pruning } from '@sweepd/scheduler'
import { checkFinite } from '../../check-finite.js'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { lockForJudgement, pruneOrHold } from './judge-epoch.js'

interface HeldRow {
  /** With this report. */
  readonly epochsDone: number
  readonly epochs: number
  readonly isPaused: boolean
  /** Whether it was stored by this report. */
  readonly isNew: boolean
}

/**
 * Stores an epoch of the running attempt and the checkpoint after it, if there is one, in one statement. It writes the attempt and not the
 * trial: an attempt is running exactly as long as its trial is its own, and its row has no index on what changes here,
 * so that the new version stays on its page. The lock on the attempt orders this with whatever ends it; an epoch is
 * stored only if it follows the last one. One that leaves a gap does not renew the lease either.
 *
 * Under a pruner the trial is locked first, then the same statement runs, then the verdict is carried out, all in one
 * transaction: trials before attempts, as whoever ends one takes the locks.
 * @throws RangeError for metrics that are not finite, or an epoch that leaves a gap
 */
export async function recordEpoch(
  database: Database,
  fence: Fence,
  metrics: EpochMetrics,
  checkpoint: Uint8Array | undefined,
  leaseMs: number,
  pruning?: Pruning,
): Promise<EpochAnswer> {
  const { trialId } = fence
  const { epoch, loss, acc, val_loss, val_acc, durationMs } = metrics
  checkFinite(`epoch ${epoch} of trial ${trialId}`, { loss, acc, val_loss, val_acc, durationMs })
  if (!isUuid(trialId)) return 'stop'
  const statement = storeEpoch(fence, metrics, checkpoint, leaseMs)
  if (pruning === undefined || pruning.pruner.type === 'none') {
    const [held] = await database.prepared<HeldRow>(statement)
    return held ? answer(held, trialId, epoch) : 'stop'
  }
  return database.transaction(async (transaction) => {
    if (!(await lockForJudgement(transaction, fence))) return 'stop'
    const [held] = await transaction.query<HeldRow>(Prisma.sql`${statement}`)
    if (held === undefined) return 'stop'
    const usual = answer(held, trialId, epoch)
    return held.isNew ? ((await pruneOrHold(transaction, fence, pruning, held.epochs)) ?? usual) : usual
  })
}

function answer({ epochsDone, epochs, isPaused }: HeldRow, trialId: string, epoch: number): EpochAnswer {
  if (epoch > epochsDone)
    throw new RangeError(`epoch ${epoch} of trial ${trialId} does not follow epoch ${epochsDone}`)
  return isPaused && epochsDone < epochs ? 'pause' : 'continue'
}

function storeEpoch(
  { trialId, attempt }: Fence,
  { epoch, loss, acc, val_loss, val_acc, durationMs }: EpochMetrics,
  checkpoint: Uint8Array | undefined,
  leaseMs: number,
): Prisma.Sql {
  const isNext = Prisma.sql`a.epochs_done = ${epoch}::int - 1`
  return Prisma.sql`
    WITH held AS (
      UPDATE attempt a
      SET lease_expires_at = CASE WHEN a.epochs_done >= ${epoch}::int - 1
            THEN now() + ${leaseMs}::float8 * interval '1 ms' ELSE a.lease_expires_at END,
          epochs_done = CASE WHEN ${isNext} THEN ${epoch}::int ELSE a.epochs_done END,
          train_duration_ms = a.train_duration_ms + CASE WHEN ${isNext} THEN ${durationMs}::float8 ELSE 0 END,
          loss = CASE WHEN ${isNext} THEN ${loss}::float8 ELSE a.loss END,
          acc = CASE WHEN ${isNext} THEN ${acc}::float8 ELSE a.acc END,
          val_loss = CASE WHEN ${isNext} THEN ${val_loss}::float8 ELSE a.val_loss END,
          val_acc = CASE WHEN ${isNext} THEN ${val_acc}::float8 ELSE a.val_acc END
      WHERE a.trial_id = ${trialId}::uuid AND a.number = ${attempt}::int AND a.outcome = 'running'
      RETURNING a.trial_id, a.retry, a.epochs_done
    ), stored AS (
      INSERT INTO epoch (trial_id, retry, epoch, attempt, loss, acc, val_loss, val_acc, duration_ms)
      SELECT trial_id, retry, ${epoch}::int, ${attempt}::int, ${loss}::float8, ${acc}::float8, ${val_loss}::float8,
             ${val_acc}::float8, ${durationMs}::float8
      FROM held WHERE held.epochs_done = ${epoch}::int
      ON CONFLICT DO NOTHING
      RETURNING trial_id
    )${keepCheckpoint(attempt, epoch, checkpoint)}
    SELECT t.epochs, held.epochs_done AS "epochsDone", sweep.state = 'paused' AS "isPaused",
           EXISTS (SELECT FROM stored) AS "isNew"
    FROM held JOIN trial t ON t.id = held.trial_id JOIN sweep ON sweep.id = t.sweep_id`
}

function keepCheckpoint(attempt: number, epoch: number, checkpoint: Uint8Array | undefined): Prisma.Sql {
  if (checkpoint === undefined) return Prisma.empty
  return Prisma.sql`, kept AS (
      INSERT INTO checkpoint (trial_id, attempt, epoch, data)
      SELECT trial_id, ${attempt}::int, ${epoch}::int, ${checkpoint}::bytea
      FROM held WHERE held.epochs_done = ${epoch}::int
      ON CONFLICT (trial_id) DO UPDATE
      SET attempt = excluded.attempt, epoch = excluded.epoch, data = excluded.data, created_at = now()
      WHERE checkpoint.epoch < excluded.epoch
    )`
}
