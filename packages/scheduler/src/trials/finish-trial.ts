import type { EpochMetrics, Score } from '@sweepd/core'
import type { ClaimedTrial, EpochAnswer, Fence, SchedulerPorts } from '../ports.js'
import { advanceSweep } from '../sweeps/advance-sweep.js'

/**
 * Stores an epoch as it ends, with the state of the training after it, from which another worker can go on.
 * `pause`: give the trial back. `stop`: the attempt is no longer the trial's, which expired or was cancelled.
 */
export function reportEpoch(
  { store }: SchedulerPorts,
  fence: Fence,
  metrics: EpochMetrics,
  checkpoint: Uint8Array | undefined,
  leaseMs: number,
): Promise<EpochAnswer> {
  return store.recordEpoch(fence, metrics, checkpoint, leaseMs)
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
