import type { SchedulerPorts } from '../ports.js'
import { inviteToLimitedSweep } from '../queueing/invite-workers.js'

/** After a trial ended: completes its sweep if it was the last, or lets the next trial of a limited sweep start. */
export async function advanceSweep(ports: SchedulerPorts, sweepId: string): Promise<void> {
  if (!(await ports.store.completeSweep(sweepId))) await inviteToLimitedSweep(ports, sweepId)
}
