import { randomUUID } from 'node:crypto'
import { hashHyperparameters, type Sweep } from '@sweepd/core'
import { offerJobs } from './offer-jobs.js'
import { planSweep, type SweepLimits } from './plan-sweep.js'
import type { SchedulerPorts } from './ports.js'

/** Checks a definition, stores the sweep with all its trials, then queues a job for each. Throws as `planSweep` does. */
export async function createSweep(
  { store, queue }: SchedulerPorts,
  input: unknown,
  limits: SweepLimits,
): Promise<Sweep> {
  const { definition, points } = planSweep(input, limits)
  const id = randomUUID()
  const trials = points.map((hyperparameters, number) => ({
    id: randomUUID(),
    number,
    hyperparameters,
    hyperparametersHash: hashHyperparameters(hyperparameters),
  }))
  await store.insertSweep({ id, definition }, trials)
  await offerJobs(
    queue,
    trials.map((trial) => ({ trialId: trial.id, attempt: 1 })),
  )
  const sweep = await store.findSweep(id)
  if (sweep === undefined) throw new Error(`sweep ${id} is gone right after it was stored`)
  return sweep
}
