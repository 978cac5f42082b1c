import type { SchedulerPorts } from './ports.js'

/** Completes a sweep whose trials have all ended. */
export async function advanceSweep({ store }: SchedulerPorts, sweepId: string): Promise<void> {
  await store.completeSweep(sweepId)
}
