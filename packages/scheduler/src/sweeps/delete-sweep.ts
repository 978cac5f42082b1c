import { ConflictError, NotFoundError } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'

/** Forgets an ended sweep with all its trials. Throws ConflictError while it is running or paused. */
export async function deleteSweep({ store }: SchedulerPorts, sweepId: string): Promise<void> {
  const state = await store.deleteSweep(sweepId)
  if (state === undefined) throw new NotFoundError('sweep', sweepId)
  if (state === 'running' || state === 'paused')
    throw new ConflictError(
      `The sweep ${sweepId} is ${state}: cancel it first with POST /sweeps/${sweepId}/cancel.`,
    )
}
