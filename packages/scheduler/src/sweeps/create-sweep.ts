import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Hyperparameters,
  hashDefinition,
  hashHyperparameters,
  IdempotencyKeyReusedError,
  type Sweep,
} from '@sweepd/core'
import type { NewSweep, NewTrial, SchedulerPorts, SweepStore, TrialQueue } from '../ports.js'
import { offerJobs } from '../queueing/offer-jobs.js'
import { takeTurns } from '../slices.js'
import { planSweep, type SweepLimits } from './plan-sweep.js'

/** Adding so many jobs takes some 20 ms, in which nothing else is done by this process. */
const JOBS_AT_ONCE = 500

/** The caller waits for so many jobs, which keep every slot busy until the others have followed. */
const JOBS_AWAITED = 2000

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
  const { definition, points } = await planSweep(input, limits)
  const trials = await numberTrials(points)
  const idempotency =
    idempotencyKey === undefined
      ? undefined
      : { key: idempotencyKey, definitionHash: hashDefinition(definition) }
  const { sweepId, isNew } = await insertOnce(store, { id: randomUUID(), definition, idempotency }, trials)
  if (isNew) await inviteFirst(queue, trials.slice(0, definition.maxParallel ?? undefined))
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

/**
 * Queues a job for each trial. The caller waits for the first of them only: 100,000 jobs take 5 to 10 s. If this process
 * ends before the last, `reconcile` offers the rest.
 */
async function inviteFirst(queue: TrialQueue, trials: readonly NewTrial[]): Promise<void> {
  await inviteBetween(queue, trials, 0, JOBS_AWAITED)
  void inviteBetween(queue, trials, JOBS_AWAITED, trials.length)
}

async function inviteBetween(queue: TrialQueue, trials: readonly NewTrial[], start: number, end: number) {
  for (let from = start; from < Math.min(end, trials.length); from += JOBS_AT_ONCE) {
    const slice = trials.slice(from, from + JOBS_AT_ONCE)
    await offerJobs(
      queue,
      slice.map(({ id }) => ({ trialId: id, attempt: 1 })),
    )
    await nextTurn()
  }
}

async function insertOnce(store: SweepStore, sweep: NewSweep, trials: readonly NewTrial[]) {
  const stored = await store.insertSweep(sweep, trials)
  if (!stored.isNew && stored.definitionHash !== sweep.idempotency?.definitionHash)
    throw new IdempotencyKeyReusedError(stored.sweepId)
  return stored
}
