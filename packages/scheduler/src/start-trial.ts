import type { Attempt } from '@sweepd/core'
import { advanceSweep } from './advance-sweep.js'
import type { ClaimedTrial, SchedulerPorts, SweepStore, TrialClaim } from './ports.js'

/** So many workers in a row went silent over one trial that the trial is what kills them. */
export const MAX_EXPIRED_IN_A_ROW = 10

/**
 * Claims a trial for one attempt; undefined if there is nothing to train: the job is stale, because another attempt
 * was or is made of the trial, or the trial has outlived too many workers and failed.
 */
export async function startTrial(
  ports: SchedulerPorts,
  claim: TrialClaim,
): Promise<ClaimedTrial | undefined> {
  const trial = await ports.store.claimTrial(claim)
  if (trial === undefined || !(await hasOutlivedItsWorkers(ports.store, trial))) return trial
  const message = `${MAX_EXPIRED_IN_A_ROW} workers in a row stopped reporting while they trained this trial`
  await ports.store.failTrial(trial, { class: 'infrastructure', message })
  await advanceSweep(ports, trial.sweepId)
  return undefined
}

async function hasOutlivedItsWorkers(
  store: SweepStore,
  { trialId, attempt }: ClaimedTrial,
): Promise<boolean> {
  if (attempt <= MAX_EXPIRED_IN_A_ROW) return false
  const detail = await store.findTrial(trialId)
  const earlier = (detail?.attemptHistory ?? [])
    .filter(({ number }) => number < attempt && number >= attempt - MAX_EXPIRED_IN_A_ROW)
    .map(({ outcome }: Attempt) => outcome)
  return earlier.length === MAX_EXPIRED_IN_A_ROW && earlier.every((outcome) => outcome === 'expired')
}
