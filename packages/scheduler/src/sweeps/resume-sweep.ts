import type { Sweep } from '@sweepd/core'
import type { SchedulerPorts } from '../ports.js'
import { inviteWorkers } from '../queueing/invite-workers.js'
import { reachSweepState } from './reach-sweep-state.js'

/** Lets a paused sweep go on, and forgives its failures so far. Throws ConflictError if it has ended. */
export async function resumeSweep(ports: SchedulerPorts, sweepId: string): Promise<Sweep> {
  const state = await ports.store.resumeSweep(sweepId)
  const remedy = 'only a paused sweep can be resumed; retry queues the failed trials of a completed one again'
  const sweep = await reachSweepState(ports.store, { sweepId, wanted: 'running', remedy }, state)
  await inviteWorkers(ports, sweepId)
  return sweep
}
