import type { SweepStanding, TrialStanding } from '@sweepd/scheduler'
import type { Database, Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { lockSweep } from '../sweeps/lock-sweep.js'
import { findStanding } from './find-standing.js'

/** failed → queued for one trial, unless its sweep was cancelled. A completed sweep runs again, a paused one waits. */
export async function retryTrial(database: Database, trialId: string): Promise<TrialStanding | undefined> {
  if (!isUuid(trialId)) return undefined
  const [trial] = await database.query<{ sweepId: string }>(
    Prisma.sql`SELECT sweep_id AS "sweepId" FROM trial WHERE id = ${trialId}::uuid`,
  )
  if (trial === undefined) return undefined
  return lockSweep(database, trial.sweepId, async (transaction, state) => {
    const retried =
      state === 'cancelled' ? 0 : await requeueFailed(transaction, Prisma.sql`t.id = ${trialId}::uuid`)
    if (retried > 0) await runAgain(transaction, trial.sweepId, Prisma.sql`state = 'completed'`)
    return findStanding(transaction, trialId, retried > 0)
  })
}

/** failed → queued for all failed trials of a sweep, which runs then, unless it was cancelled. */
export async function retryFailedTrials(
  database: Database,
  sweepId: string,
): Promise<SweepStanding | undefined> {
  return lockSweep(database, sweepId, async (transaction, state) => {
    if (state === 'cancelled') return { state, changedTrials: 0 }
    const retried = await requeueFailed(transaction, Prisma.sql`t.sweep_id = ${sweepId}::uuid`)
    if (retried === 0) return { state, changedTrials: 0 }
    await runAgain(transaction, sweepId, Prisma.sql`true`)
    return { state: 'running', changedTrials: retried }
  })
}

/** The trial begins anew with attempts that count on, so that reports of earlier ones stay refused. */
function requeueFailed(transaction: Queryable, trials: Prisma.Sql): Promise<number> {
  return transaction.execute(Prisma.sql`
    UPDATE trial t
    SET state = 'queued', retries = retries + 1, alone = false, not_before = NULL, finished_at = NULL,
        epochs_done = 0, train_duration_ms = 0, error_class = NULL, error_message = NULL,
        loss = NULL, acc = NULL, val_loss = NULL, val_acc = NULL, test_loss = NULL, test_acc = NULL
    WHERE ${trials} AND t.state = 'failed'`)
}

/** A retried trial no longer stands for a forgiven failure; the sweep runs where the condition holds. */
async function runAgain(transaction: Queryable, sweepId: string, condition: Prisma.Sql): Promise<void> {
  await transaction.execute(Prisma.sql`
    UPDATE sweep SET history_version = history_version + 1, forgiven = least(forgiven, (
      SELECT count(*) FROM trial WHERE sweep_id = sweep.id AND trial.state = 'failed'
    )) WHERE id = ${sweepId}::uuid`)
  await transaction.execute(Prisma.sql`
    UPDATE sweep SET state = 'running', pause_reason = NULL, finished_at = NULL
    WHERE id = ${sweepId}::uuid AND ${condition}`)
}
