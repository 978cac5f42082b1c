import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import { isJudged, listRungs } from '@sweepd/search'
import type {
  ClaimedTrial,
  EpochAnswer,
  Fence,
  FinalMetrics,
  Requeueing,
  SchedulerPorts,
  SweepStore,
  TrainedModel,
} from '../ports.js'
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
  const { pruning, hyperparameters } = trial
  // Judging takes a transaction and a look at other epochs; most epochs under rungs need neither.
  const judged = isJudged(pruning.pruner, metrics.epoch, hyperparameters.epochs) ? pruning : undefined
  const answer = await ports.store.recordEpoch(trial, metrics, checkpoint, leaseMs, judged)
  if (answer === 'pruned' || answer === 'held') await advanceSweep(ports, trial.sweepId)
  return answer
}

/** Whether its pruner may let the trial wait after this epoch: it must be reported with its checkpoint. */
export const mayHold = ({ pruning, hyperparameters }: ClaimedTrial, epoch: number): boolean =>
  listRungs(pruning.pruner, hyperparameters.epochs).includes(epoch)

/** A trained model, and of how many of the best trials of a sweep models are kept. */
export interface ModelOffer {
  readonly model: TrainedModel
  readonly keepBest: number
}

/**
 * Stores the score, and the model if the trial is among the best of its sweep, and ends the trial. False if the attempt
 * is no longer the trial's.
 */
export async function finishTrial(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  score: Score,
  kept: EpochMetrics,
  offer?: ModelOffer,
): Promise<boolean> {
  const { store } = ports
  // Asked first, because most models are of no interest, and sending one costs more than the question.
  const isWanted =
    offer !== undefined && (await store.ranksAmongBest(trial.sweepId, toMetrics(score, kept), offer.keepBest))
  const isAccepted = await store.completeTrial(trial, score, kept, isWanted ? offer.model : undefined)
  if (isWanted && isAccepted) await store.dropModels(trial.sweepId, offer.keepBest)
  await advanceSweep(ports, trial.sweepId)
  return isAccepted
}

const toMetrics = (
  { test_loss, test_acc }: Score,
  { loss, acc, val_loss, val_acc }: EpochMetrics,
): FinalMetrics => ({ loss, acc, val_loss, val_acc, test_loss, test_acc })

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
