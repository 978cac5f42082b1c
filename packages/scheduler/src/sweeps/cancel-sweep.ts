import type { Sweep } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { reachSweepState } from './reach-sweep-state.js'

/**
 * Ends a sweep with all its queued and running trials; their workers learn of it by their next beat or epoch.
 * Throws ConflictError if it was completed.
 */
export async function cancelSweep({ store }: SchedulerPorts, sweepId: string): Promise<Sweep> {
  const standing = await store.cancelSweep(sweepId)
  const remedy = 'there is nothing left to cancel; DELETE /sweeps/{id} forgets it'.replace('{id}', sweepId)
  return reachSweepState(store, { sweepId, wanted: 'cancelled', remedy }, standing?.state)
}
