import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import { listRungs } from '@sweepd/search'
import type { ClaimedTrial, EpochAnswer, Fence, Requeueing, SchedulerPorts, SweepStore } from '../ports.js'
import { inviteToLimitedSweep, offerJobs } from '../queueing/offer-jobs.js'
import { advanceSweep, pauseIfFailing } from '../sweeps/advance-sweep.js'
import { findBackoffMs, type RetryPolicy } from './retry-policy.js'

/**
 * Stores an epoch as it ends and, if there is one, the training state after it, from which another worker can resume, and
 * what the pruner makes of it. `pause`: give the trial back. `stop`: the attempt is no longer the trial's, which expired or
 * was cancelled. `pruned`, `held`: the attempt has ended with this epoch.
 */
export async function reportEpoch(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  metrics: EpochMetrics,
  checkpoint: Uint8Array | undefined,
  leaseMs: number,
): Promise<EpochAnswer> {
  const answer = await ports.store.recordEpoch(trial, metrics, checkpoint, leaseMs, trial.pruning)
  if (answer === 'pruned' || answer === 'held') await advanceSweep(ports, trial.sweepId)
  return answer
}

/** Whether its pruner may let the trial wait after this epoch: it must be reported with its checkpoint. */
export const mayHold = ({ pruning, hyperparameters }: ClaimedTrial, epoch: number): boolean =>
  listRungs(pruning.pruner, hyperparameters.epochs).includes(epoch)

/** Stores the score and ends the trial. False if the attempt is no longer the trial's. */
export async function finishTrial(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  score: Score,
  kept: EpochMetrics,
): Promise<boolean> {
  const isAccepted = await ports.store.completeTrial(trial, score, kept)
  await advanceSweep(ports, trial.sweepId)
  return isAccepted
}

/** Ends the attempt as failed: the trial waits for its next attempt, or has failed for good. */
export async function failTrial(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  error: TrialError,
  policy: RetryPolicy,
): Promise<'retried' | 'failed' | 'stale'> {
  const failures = (await countEarlierFailures(ports.store, trial, error)) + 1
  const delayMs = findBackoffMs(error, failures, policy)
  if (delayMs !== undefined) {
    const alone = error.class === 'out-of-memory' ? true : undefined
    const ending = { outcome: 'failed', error, delayMs, alone } as const
    return (await requeue(ports, trial, ending)) ? 'retried' : 'stale'
  }
  const isAccepted = await ports.store.failTrial(trial, error)
  await pauseIfFailing(ports, trial.sweepId)
  await advanceSweep(ports, trial.sweepId)
  return isAccepted ? 'failed' : 'stale'
}

/**
 * Gives a trial back unfinished: `released` because its worker is leaving, or cannot train it for `reason`, which is no
 * fault of the trial; `paused` because its sweep is to wait. False if the attempt is no longer
 * the trial's.
 */
export function releaseTrial(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  outcome: 'released' | 'paused' = 'released',
  reason: TrialError | null = null,
): Promise<boolean> {
  return requeue(ports, trial, { outcome, error: reason, delayMs: 0 })
}

/** Attempts that failed in the same way since the trial was last retried: not those whose worker was killed or left. */
async function countEarlierFailures(
  store: SweepStore,
  { trialId }: Fence,
  failure: TrialError,
): Promise<number> {
  const detail = await store.findTrial(trialId)
  const failed = detail?.attemptHistory.filter(
    ({ outcome, retry, error }) =>
      outcome === 'failed' && retry === detail.retries && error?.class === failure.class,
  )
  return failed?.length ?? 0
}

async function requeue(
  ports: SchedulerPorts,
  { trialId, attempt, sweepId }: ClaimedTrial,
  ending: Requeueing,
): Promise<boolean> {
  if (!(await ports.store.requeueTrial({ trialId, attempt }, ending))) return false
  // Also if the sweep is paused: it may have been resumed meanwhile, and a job that leads to nothing is dropped.
  await offerJobs(ports.queue, [{ trialId, attempt: attempt + 1, delayMs: ending.delayMs }])
  await inviteToLimitedSweep(ports, sweepId)
  return true
}
