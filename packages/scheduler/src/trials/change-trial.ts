import { ConflictError, NotFoundError, type TrialDetail } from '@sweepd/core'
import type { SchedulerPorts, SweepStore, TrialStanding } from '../ports.js'
import { inviteWorkers } from '../queueing/offer-jobs.js'
import { advanceSweep } from '../sweeps/advance-sweep.js'

/**
 * Ends a trial that waits or runs; its worker learns of it by the next beat or epoch. Throws ConflictError if it has
 * ended otherwise.
 */
export async function cancelTrial(ports: SchedulerPorts, trialId: string): Promise<TrialDetail> {
  const standing = await ports.store.cancelTrial(trialId)
  if (standing === undefined) throw new NotFoundError('trial', trialId)
  if (standing.state !== 'cancelled')
    throw new ConflictError(`The trial ${trialId} is ${standing.state}: there is nothing left to cancel.`)
  await advanceSweep(ports, standing.sweepId)
  return getTrial(ports.store, trialId)
}

/**
 * Lets a failed trial begin anew, with the same hyperparameters; its attempts and their epochs stay on record, and a
 * completed sweep runs again. Throws ConflictError unless the trial has failed and its sweep was not cancelled.
 */
export async function retryTrial(ports: SchedulerPorts, trialId: string): Promise<TrialDetail> {
  const standing = await ports.store.retryTrial(trialId)
  if (standing === undefined) throw new NotFoundError('trial', trialId)
  if (!standing.isChanged) throw new ConflictError(explainRefusal(trialId, standing))
  await inviteWorkers(ports, standing.sweepId)
  return getTrial(ports.store, trialId)
}

function explainRefusal(trialId: string, { state, sweepState }: TrialStanding): string {
  return state === 'failed'
    ? `The sweep of trial ${trialId} is ${sweepState}: its trials stay as they are; create it again to train them.`
    : `The trial ${trialId} is ${state}: only a failed trial can be retried.`
}

/** @throws NotFoundError */
async function getTrial(store: SweepStore, trialId: string): Promise<TrialDetail> {
  const trial = await store.findTrial(trialId)
  if (trial === undefined) throw new NotFoundError('trial', trialId)
  return trial
}
