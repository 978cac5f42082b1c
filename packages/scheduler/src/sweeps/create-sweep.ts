import { randomUUID } from 'node:crypto'
import {
  type Hyperparameters,
  hashDefinition,
  hashHyperparameters,
  IdempotencyKeyReusedError,
  type Sweep,
} from '@sweepd/core'
import type { NewSweep, NewTrial, SchedulerPorts, SweepStore } from '../ports.js'
import { offerFirst } from '../queueing/first-offers.js'
import { takeTurns } from '../slices.js'
import { planSweep, type SweepLimits } from './plan-sweep.js'

/** The sweep of a request, and whether this request made it. */
export interface CreatedSweep {
  readonly sweep: Sweep
  readonly isNew: boolean
}

/**
 * Checks a definition, stores the sweep with all its trials, then queues a job for each that may start. A request with
 * the idempotency key of an earlier one gets that one's sweep. Throws as `planSweep` does.
 * @throws IdempotencyKeyReusedError if the earlier request had another definition.
 */
export async function createSweep(
  { store, queue }: SchedulerPorts,
  input: unknown,
  limits: SweepLimits,
  idempotencyKey?: string,
): Promise<CreatedSweep> {
  const plan = await planSweep(input, limits, store.datasets)
  const { definition, datasetDigest, points } = plan
  const trials = await numberTrials(points)
  const idempotency =
    idempotencyKey === undefined
      ? undefined
      : {
          key: idempotencyKey,
          definitionHash: hashDefinition({ ...definition, dataset: plan.requestedDataset }),
        }
  const { sweepId, isNew } = await insertOnce(
    store,
    { id: randomUUID(), definition, datasetDigest, idempotency },
    trials,
  )
  if (isNew) {
    const startable = trials.slice(0, definition.maxParallel ?? undefined)
    await offerFirst(
      queue,
      sweepId,
      startable.map(({ id }) => id),
    )
  }
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new Error(`sweep ${sweepId} is gone right after it was stored`)
  return { sweep, isNew }
}

async function numberTrials(points: readonly Hyperparameters[]): Promise<NewTrial[]> {
  const trials: NewTrial[] = []
  const turn = takeTurns()
  for (const [number, hyperparameters] of points.entries()) {
    const hyperparametersHash = hashHyperparameters(hyperparameters)
    trials.push({ id: randomUUID(), number, hyperparameters, hyperparametersHash })
    await turn()
  }
  return trials
}

async function insertOnce(store: SweepStore, sweep: NewSweep, trials: readonly NewTrial[]) {
  const stored = await store.insertSweep(sweep, trials)
  if (!stored.isNew && stored.definitionHash !== sweep.idempotency?.definitionHash)
    throw new IdempotencyKeyReusedError(stored.sweepId)
  return stored
}
