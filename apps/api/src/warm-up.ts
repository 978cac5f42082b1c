import { planSweep, type SchedulerPorts } from '@sweepd/scheduler'

/** Connections that are open before the first request comes. */
const CONNECTIONS = 3

/** Small and of every kind: a list, a range, and values for the rest. */
const EXAMPLE = {
  name: 'warm-up',
  space: { kernel: [3, 4], lr: { min: 0.0001, max: 0.01, scale: 'log', steps: 2 } },
  fixed: { epochs: 1 },
}

/**
 * Does once what makes first requests slow, before the API listens: opening connections and compiling schemas. Without it,
 * the first ones took 140 ms beside the creation of a large sweep.
 */
export async function warmUp({ store }: SchedulerPorts): Promise<void> {
  await planSweep(EXAMPLE, { maxTrials: 4, maxTrialMemoryMiB: Number.MAX_SAFE_INTEGER })
  await Promise.all(Array.from({ length: CONNECTIONS }, () => store.listSweeps({ limit: 1 })))
}
