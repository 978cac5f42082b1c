import type { TrialError } from '@sweepd/core'
import { advanceSweep } from './advance-sweep.js'
import { offerJobs } from './offer-jobs.js'
import type { ClaimedTrial, Fence, SchedulerPorts, SweepStore } from './ports.js'
import { findBackoffMs, type RetryPolicy } from './retry-policy.js'

/** Ends the attempt as failed: the trial waits for its next attempt, or has failed for good. */
export async function failTrial(
  ports: SchedulerPorts,
  trial: ClaimedTrial,
  error: TrialError,
  policy: RetryPolicy,
): Promise<'retried' | 'failed' | 'stale'> {
  const failures = (await countEarlierFailures(ports.store, trial)) + 1
  const delayMs = findBackoffMs(error, failures, policy)
  if (delayMs !== undefined)
    return (await requeue(ports, trial, { outcome: 'failed', error, delayMs })) ? 'retried' : 'stale'
  const isAccepted = await ports.store.failTrial(trial, error)
  await advanceSweep(ports, trial.sweepId)
  return isAccepted ? 'failed' : 'stale'
}

/** Gives a trial back unfinished, because its worker is leaving. False if the attempt is no longer the trial's. */
export function releaseTrial(ports: SchedulerPorts, trial: ClaimedTrial): Promise<boolean> {
  return requeue(ports, trial, { outcome: 'released', error: null, delayMs: 0 })
}

/** Attempts that failed by themselves: not those whose worker was killed or told to leave. */
async function countEarlierFailures(store: SweepStore, { trialId }: Fence): Promise<number> {
  const detail = await store.findTrial(trialId)
  return detail?.attemptHistory.filter(({ outcome }) => outcome === 'failed').length ?? 0
}

async function requeue(
  { store, queue }: SchedulerPorts,
  { trialId, attempt }: Fence,
  ending: { outcome: 'failed' | 'released'; error: TrialError | null; delayMs: number },
): Promise<boolean> {
  if (!(await store.requeueTrial({ trialId, attempt }, ending))) return false
  await offerJobs(queue, [{ trialId, attempt: attempt + 1, delayMs: ending.delayMs }])
  return true
}
