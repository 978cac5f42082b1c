import { ConflictError, NotFoundError, type TrialDetail } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { advanceSweep } from '../sweeps/advance-sweep.js'
import { getTrial } from './get-trial.js'

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
