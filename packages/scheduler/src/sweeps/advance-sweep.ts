import { growSweep } from '../growing/grow-sweep.js'
import type { SchedulerPorts } from '../ports.js'
import { inviteToLimitedSweep } from '../queueing/offer-jobs.js'

/**
 * After a trial ended or was held: lets its sweep grow, completes it if that was the last trial, or lets the next trial of a
 * limited sweep start.
 */
export async function advanceSweep(ports: SchedulerPorts, sweepId: string): Promise<void> {
  const hasInvited = await growSweep(ports, sweepId)
  if (!(await ports.store.completeSweep(sweepId)) && !hasInvited) await inviteToLimitedSweep(ports, sweepId)
}

/** A sweep of which too many trials fail pauses itself, before it wastes the rest of its time. */
export async function pauseIfFailing({ store }: SchedulerPorts, sweepId: string): Promise<void> {
  await store.pauseFailingSweep(sweepId)
}
