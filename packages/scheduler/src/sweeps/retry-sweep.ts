import { ConflictError, NotFoundError } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { inviteWorkers } from '../queueing/invite-workers.js'

/**
 * Queues all failed trials of a sweep again, which runs then, also if it was paused; answers how many. None is no
 * fault and changes nothing. Throws ConflictError if the sweep was cancelled.
 */
export async function retrySweep(ports: SchedulerPorts, sweepId: string): Promise<{ retried: number }> {
  const standing = await ports.store.retryFailedTrials(sweepId)
  if (standing === undefined) throw new NotFoundError('sweep', sweepId)
  if (standing.state === 'cancelled')
    throw new ConflictError(
      `The sweep ${sweepId} is cancelled: its trials stay as they are; create it again to train them.`,
    )
  if (standing.changedTrials > 0) await inviteWorkers(ports, sweepId)
  return { retried: standing.changedTrials }
}
