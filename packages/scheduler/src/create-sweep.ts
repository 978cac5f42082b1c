import { randomUUID } from 'node:crypto'
import { hashDefinition, hashHyperparameters, IdempotencyKeyReusedError, type Sweep } from '@sweepd/core'
import { offerJobs } from './offer-jobs.js'
import { planSweep, type SweepLimits } from './plan-sweep.js'
import type { NewSweep, NewTrial, SchedulerPorts, SweepStore } from './ports.js'

/** The sweep of a request, and whether this request made it. */
export interface CreatedSweep {
  readonly sweep: Sweep
  readonly isNew: boolean
}

/**
 * Checks a definition, stores the sweep with all its trials, then queues a job for each that may start. A request with
 * the idempotency key of an earlier one is answered with that one's sweep. Throws as `planSweep` does.
 * @throws IdempotencyKeyReusedError where the earlier request had another definition.
 */
export async function createSweep(
  { store, queue }: SchedulerPorts,
  input: unknown,
  limits: SweepLimits,
  idempotencyKey?: string,
): Promise<CreatedSweep> {
  const { definition, points } = planSweep(input, limits)
  const trials = points.map((hyperparameters, number): NewTrial => {
    const hyperparametersHash = hashHyperparameters(hyperparameters)
    return { id: randomUUID(), number, hyperparameters, hyperparametersHash }
  })
  const idempotency =
    idempotencyKey === undefined
      ? undefined
      : { key: idempotencyKey, definitionHash: hashDefinition(definition) }
  const { sweepId, isNew } = await insertOnce(store, { id: randomUUID(), definition, idempotency }, trials)
  if (isNew)
    await offerJobs(
      queue,
      trials.slice(0, definition.maxParallel ?? undefined).map(({ id }) => ({ trialId: id, attempt: 1 })),
    )
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new Error(`sweep ${sweepId} is gone right after it was stored`)
  return { sweep, isNew }
}

async function insertOnce(store: SweepStore, sweep: NewSweep, trials: readonly NewTrial[]) {
  const stored = await store.insertSweep(sweep, trials)
  if (!stored.isNew && stored.definitionHash !== sweep.idempotency?.definitionHash)
    throw new IdempotencyKeyReusedError(stored.sweepId)
  return stored
}
