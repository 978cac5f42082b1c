import type { EpochMetrics, Score } from '@sweepd/core'
import { advanceSweep } from './advance-sweep.js'
import type { ClaimedTrial, Fence, SchedulerPorts } from './ports.js'

/** Stores an epoch as it ends. `stop` means that the attempt is no longer the trial's: its lease ran out. */
export async function reportEpoch(
  { store }: SchedulerPorts,
  fence: Fence,
  metrics: EpochMetrics,
  leaseMs: number,
): Promise<'continue' | 'stop'> {
  return (await store.recordEpoch(fence, metrics, leaseMs)) ? 'continue' : 'stop'
}

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
