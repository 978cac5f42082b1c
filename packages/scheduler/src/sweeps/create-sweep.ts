import { randomUUID } from 'node:crypto'
import {
  completePoints,
  type Hyperparameters,
  hashDefinition,
  hashHyperparameters,
  IdempotencyKeyReusedError,
  type Sweep,
  type SweepDefinition,
} from '@sweepd/core'
import { needsHistory } from '@sweepd/search'
import { growSweep } from '../growing/grow-sweep.js'
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
 * Checks a definition, stores the sweep with all its trials, or with those that its sampler starts with, then queues a job for each that may start. A request with
 * the idempotency key of an earlier one gets that one's sweep. Throws as `planSweep` does.
 * @throws IdempotencyKeyReusedError if the earlier request had another definition.
 */
export async function createSweep(
  ports: SchedulerPorts,
  input: unknown,
  limits: SweepLimits,
  idempotencyKey?: string,
): Promise<CreatedSweep> {
  const { store, queue } = ports
  const plan = await planSweep(input, limits, store.datasets)
  const { definition, datasetDigest, planned, endReason, skipped } = plan
  // A budget may end the sweep before any other trial: the rest follows as it is needed.
  const points = definition.budget === null ? plan.points : plan.points.slice(0, 1)
  const trials = await numberTrials(points, definition)
  const idempotency =
    idempotencyKey === undefined
      ? undefined
      : {
          key: idempotencyKey,
          definitionHash: hashDefinition({ ...definition, dataset: plan.requestedDataset }),
        }
  const newSweep = {
    ...{ id: randomUUID(), definition, datasetDigest, idempotency },
    ...{ planned, endReason, skipped, maxTrialMemoryMiB: limits.maxTrialMemoryMiB },
  }
  const { sweepId, isNew } = await insertOnce(store, newSweep, trials)
  if (isNew) {
    const startable = trials.slice(0, definition.maxParallel ?? undefined)
    await offerFirst(
      queue,
      sweepId,
      startable.map(({ id }) => id),
    )
    if (trials.length < planned) await growSweep(ports, sweepId)
  }
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new Error(`sweep ${sweepId} is gone right after it was stored`)
  return { sweep, isNew }
}

async function numberTrials(
  points: readonly Hyperparameters[],
  definition: SweepDefinition,
): Promise<NewTrial[]> {
  const trials: NewTrial[] = []
  const turn = takeTurns()
  const byHand = new Set(completePoints(definition).map((point) => JSON.stringify(point)))
  const sampler = needsHistory(definition.sampler) ? 'sobol' : definition.sampler.type
  for (const [number, hyperparameters] of points.entries()) {
    const hyperparametersHash = hashHyperparameters(hyperparameters)
    const proposedBy = byHand.size > 0 && byHand.has(JSON.stringify(hyperparameters)) ? 'points' : sampler
    trials.push({ id: randomUUID(), number, hyperparameters, hyperparametersHash, proposedBy })
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
