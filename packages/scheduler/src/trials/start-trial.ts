import type { ClaimedTrial, SchedulerPorts, SweepStore, TrialClaim } from '../ports.js'
import { advanceSweep, pauseIfFailing } from '../sweeps/advance-sweep.js'

/** So many workers in a row went silent over one epoch of a trial that the trial is what kills them. */
export const MAX_EXPIRED_IN_A_ROW = 10

/**
 * Claims the best trial there is, whichever job invited the worker; undefined if there is nothing to train. A trial
 * that has outlived too many workers fails instead, and the next one is claimed.
 */
export async function startTrial(
  ports: SchedulerPorts,
  claim: TrialClaim,
): Promise<ClaimedTrial | undefined> {
  for (;;) {
    const trial = await ports.store.claimTrial(claim)
    if (trial === undefined || !(await hasOutlivedItsWorkers(ports.store, trial))) return trial
    const message = `${MAX_EXPIRED_IN_A_ROW} workers in a row stopped reporting while they trained epoch ${trial.epochsDone + 1}`
    await ports.store.failTrial(trial, { class: 'infrastructure', message })
    await pauseIfFailing(ports, trial.sweepId)
    await advanceSweep(ports, trial.sweepId)
  }
}

/** Attempts that trained an epoch to its end were killed by chance, and those before a retry were a person's to judge. */
async function hasOutlivedItsWorkers(
  store: SweepStore,
  { trialId, attempt }: ClaimedTrial,
): Promise<boolean> {
  if (attempt <= MAX_EXPIRED_IN_A_ROW) return false
  const detail = await store.findTrial(trialId)
  if (detail === undefined) return false
  const earlier = detail.attemptHistory.filter(
    ({ number, retry }) =>
      retry === detail.retries && number < attempt && number >= attempt - MAX_EXPIRED_IN_A_ROW,
  )
  const isFatal = earlier.every(({ outcome, epochs }) => outcome === 'expired' && epochs.length === 0)
  return earlier.length === MAX_EXPIRED_IN_A_ROW && isFatal
}
