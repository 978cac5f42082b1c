import { ConflictError, NotFoundError, type TrialDetail } from '@sweepd/core'
import type { SchedulerPorts, TrialStanding } from '../ports.js'
import { inviteWorkers } from '../queueing/invite-workers.js'
import { getTrial } from './get-trial.js'

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
