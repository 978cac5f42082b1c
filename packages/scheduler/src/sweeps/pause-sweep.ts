import type { Sweep } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { reachSweepState } from './reach-sweep-state.js'

const ON_REQUEST = 'on request; POST /sweeps/{id}/resume lets it go on'

/** Starts no more trials of a sweep; those that run finish their epoch and wait. Throws ConflictError if it has ended. */
export async function pauseSweep({ store }: SchedulerPorts, sweepId: string): Promise<Sweep> {
  const state = await store.pauseSweep(sweepId, ON_REQUEST.replace('{id}', sweepId))
  const remedy = 'only a running sweep can be paused'
  return reachSweepState(store, { sweepId, wanted: 'paused', remedy }, state)
}
