import { createSweep, type SchedulerPorts } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'

/** Creates a sweep of so many distinct trials of five epochs, with a job for each. */
export async function createNoOpSweep(ports: SchedulerPorts, trials: number): Promise<string> {
  // One parameter may have 10,000 choices.
  const wide = trials > 10_000
  const definition = {
    name: `${trials} no-op trials`,
    dataset: 'synthetic',
    space: {
      lr: Array.from({ length: wide ? Math.ceil(trials / 10) : trials }, (_, number) => (number + 1) / 1e6),
      ...(wide && { dropout: Array.from({ length: 10 }, (_, number) => number / 20) }),
    },
    fixed: { epochs: 5 },
  }
  return (await createSweep(ports, definition, { maxTrials: 10_000_000 })).sweep.id
}

/** Waits until it is completed, and that with as many trials as it was created with. */
export async function waitForSweep({ store }: SchedulerPorts, sweepId: string): Promise<void> {
  const isDone = async () => (await store.findSweep(sweepId))?.state === 'completed'
  await waitUntil(`the sweep ${sweepId} is completed`, isDone, 86_400_000)
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined || sweep.trialCounts.completed !== sweep.trialCounts.total)
    throw new Error(`only ${sweep?.trialCounts.completed} of ${sweep?.trialCounts.total} trials completed`)
}
