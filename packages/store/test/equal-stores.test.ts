import { randomUUID } from 'node:crypto'
import { FAILURE_CLASSES, type Sweep, type TrialDetail } from '@sweepd/core'
import { type ClaimedTrial, decideGrowth, type Fence, type SweepStore } from '@sweepd/scheduler'
import { MemoryStore } from '@sweepd/scheduler/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkpointOf } from './contract/scenes.js'
import { makeEpoch, makeSweep, SCORE } from './new-sweep.js'
import { useStore } from './store-world.js'

const LEASE_MS = 600_000
const RUNS = 15

const TALLIED = `
  SELECT sweep_id, sum(queued)::int AS queued, sum(running)::int AS running, sum(completed)::int AS completed,
         sum(failed)::int AS failed, sum(pruned)::int AS pruned, sum(cancelled)::int AS cancelled, sum(epochs)::int AS epochs,
         sum(epochs_left)::int AS epochs_left, sum(epochs_done)::int AS epochs_done, sum(train_duration_us)::int AS us
  FROM sweep_tally GROUP BY sweep_id ORDER BY sweep_id`

/** The same from the trials themselves. */
const COUNTED = `
  SELECT sweep_id, count(*) FILTER (WHERE state = 'queued')::int AS queued,
         count(*) FILTER (WHERE state = 'running')::int AS running,
         count(*) FILTER (WHERE state = 'completed')::int AS completed,
         count(*) FILTER (WHERE state = 'failed')::int AS failed,
         count(*) FILTER (WHERE state = 'pruned')::int AS pruned,
         count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled, sum(epochs)::int AS epochs,
         coalesce(sum(epochs - epochs_done) FILTER (WHERE state IN ('queued', 'running')), 0)::int AS epochs_left,
         sum(epochs_done)::int AS epochs_done, sum(round(train_duration_ms * 1000))::int AS us
  FROM trial GROUP BY sweep_id ORDER BY sweep_id`

/** What a call is about: chosen among the ids and the attempts that there are. */
interface Subject {
  readonly sweepId: string
  readonly trialId: string
  readonly fence: Fence
  /** Epochs of that attempt's trial. */
  readonly epochsDone: number
}

type Call = (store: SweepStore, subject: Subject) => Promise<unknown>

const error = fc.constantFrom(...FAILURE_CLASSES).map((name) => ({ class: name, message: 'it broke' }))
const outcome = fc.constantFrom('failed', 'released', 'paused' as const)
const is = fc.boolean()

/** A lease in the past has run out for both stores, whatever their clocks. */
const claim = fc.constantFrom(LEASE_MS, LEASE_MS, -LEASE_MS).map(
  (leaseMs): Call =>
    (store) =>
      store.claimTrial({ workerId: 'worker', leaseMs }),
)
const recordEpoch = fc.record({ ahead: fc.constantFrom(0, 1, 1, 1, 2), isBare: is }).map(
  ({ ahead, isBare }): Call =>
    (store, { fence, epochsDone }) => {
      const epoch = Math.max(1, epochsDone + ahead)
      const val_acc = [...fence.trialId].reduce((sum, digit) => sum + digit.charCodeAt(0), 0) % 7
      const checkpoint = isBare ? undefined : checkpointOf(epoch)
      return store.recordEpoch(fence, makeEpoch(epoch, { val_acc }), checkpoint, LEASE_MS, {
        pruner: { type: 'asha', eta: 2, min: 1 },
        objective: { metric: 'val_acc', direction: 'maximize' },
      })
    },
)
const end = fc.oneof(
  fc.constant<Call>((store, { fence }) => store.completeTrial(fence, SCORE, makeEpoch(4))),
  error.map(
    (cause): Call =>
      (store, { fence }) =>
        store.failTrial(fence, cause),
  ),
  fc.record({ outcome, alone: fc.constantFrom(true as const, undefined) }).map(
    (ending): Call =>
      (store, { fence }) =>
        store.requeueTrial(fence, { ...ending, error: null, delayMs: 0 }),
  ),
)
const changes = fc.record(
  { priority: fc.integer({ min: -1, max: 2 }), maxParallel: fc.constantFrom(null, 1, 2) },
  { requiredKeys: [] },
)
const orders = fc.oneof(
  fc.constantFrom<Call>(
    (store, { sweepId }) => store.pauseSweep(sweepId, 'tea'),
    (store, { sweepId }) => store.resumeSweep(sweepId),
    (store, { sweepId }) => store.retryFailedTrials(sweepId),
    (store, { trialId }) => store.cancelTrial(trialId),
    (store, { trialId }) => store.retryTrial(trialId),
  ),
  fc.constantFrom<Call>(
    (store, { sweepId }) => store.cancelSweep(sweepId),
    (store, { sweepId }) => store.deleteSweep(sweepId),
  ),
  changes.map(
    (wanted): Call =>
      (store, { sweepId }) =>
        store.updateSweep(sweepId, wanted),
  ),
)
/** The ids of new trials follow from their sweep and number, so that both stores get the same. */
const takeStep: Call = async (store, { sweepId }) => {
  const growth = await store.findGrowth(sweepId)
  if (growth === undefined) return undefined
  const step = decideGrowth({ ...growth, slots: 3 })
  const added = step.added.map((trial) => ({
    ...trial,
    id: `${sweepId.slice(0, -4)}${String(trial.number).padStart(4, '0')}`,
  }))
  const isTaken = await store.growSweep(sweepId, growth.revision, { ...step, added })
  const trials = growth.trials.map(({ trainDurationMs: _, ...trial }) => trial)
  return { ...growth, trials, elapsedMs: 0, isTaken }
}
const repairs = fc.constantFrom<Call>(
  async (store) => (await store.requeueExpired()).length,
  (store) => store.completeEndedSweeps(),
  (store) => store.countClaimableTrials(),
  (store, { sweepId }) => store.completeSweep(sweepId),
  takeStep,
  takeStep,
  (store, { sweepId }) => store.pauseFailingSweep(sweepId),
)
const step = fc.record({
  pick: fc.nat(1000),
  call: fc.oneof(
    { weight: 5, arbitrary: claim },
    { weight: 5, arbitrary: recordEpoch },
    { weight: 5, arbitrary: end },
    { weight: 4, arbitrary: orders },
    { weight: 4, arbitrary: repairs },
  ),
})

describe('the stores on Postgres and in memory', () => {
  const world = useStore()

  it('return and keep the same for any sequence of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (steps) => {
        await world.query('TRUNCATE sweep, worker CASCADE')
        const [memory, postgres] = [new MemoryStore(), world.store]
        const ids = await insertSweeps([memory, postgres])
        const claimed: Fence[] = [{ trialId: randomUUID(), attempt: 1 }]
        for (const { pick, call } of steps) {
          const subject = await choose(memory, ids, claimed, pick)
          const [expected, actual] = [await ask(memory, call, subject), await ask(postgres, call, subject)]
          expect(actual, String(call)).toEqual(expected)
          if (isClaim(expected)) claimed.push(expected)
        }
        expect(await lookAt(postgres, ids)).toEqual(await lookAt(memory, ids))
        expect(await world.query(TALLIED)).toEqual(await world.query(COUNTED))
      }),
      { numRuns: RUNS },
    )
  }, 120_000)
})

interface Ids {
  readonly sweeps: readonly string[]
  readonly trials: readonly string[]
}

async function insertSweeps(stores: readonly SweepStore[]): Promise<Ids> {
  const made = [
    makeSweep(2, { maxParallel: 1, priority: 1 }),
    makeSweep(3),
    makeSweep(11, { maxFailureShare: 0.2 }),
    makeSweep(4, { pruner: { type: 'asha', eta: 2, min: 1 }, priority: 1 }),
    makeSweep(2, { sampler: { type: 'random', trials: 8 }, priority: 2 }),
  ]
  for (const { sweep, trials } of made)
    for (const store of stores)
      await store.insertSweep(
        { ...sweep, planned: trials.length === 2 && sweep.definition.priority === 2 ? 8 : undefined },
        trials,
      )
  return {
    sweeps: made.map(({ sweep }) => sweep.id),
    trials: made.flatMap(({ trials }) => trials.map(({ id }) => id)),
  }
}

async function choose(
  store: SweepStore,
  { sweeps, trials }: Ids,
  claimed: readonly Fence[],
  pick: number,
): Promise<Subject> {
  const at = <T>(items: readonly T[]): T => {
    const item = items[pick % items.length]
    if (item === undefined) throw new Error('there is nothing to choose from')
    return item
  }
  // Mostly one of the last attempts: the others are over.
  const { trialId, attempt } = at(claimed.slice(pick % 4 === 0 ? 0 : -3))
  const epochsDone = (await store.findTrial(trialId))?.epochsDone ?? 0
  return { sweepId: at(sweeps), trialId: at(trials), fence: { trialId, attempt }, epochsDone }
}

async function ask(store: SweepStore, call: Call, subject: Subject): Promise<unknown> {
  try {
    const answer = await call(store, subject)
    return isClaim(answer) ? { ...answer, checkpoint: answer.checkpoint && [...answer.checkpoint] } : answer
  } catch (error) {
    return error instanceof RangeError ? 'RangeError' : error
  }
}

const isClaim = (answer: unknown): answer is ClaimedTrial =>
  typeof answer === 'object' && answer !== null && 'hyperparameters' in answer

async function lookAt(store: SweepStore, { sweeps, trials }: Ids): Promise<unknown> {
  return {
    sweeps: await Promise.all(sweeps.map(async (id) => withoutTimes(await store.findSweep(id)))),
    trials: await Promise.all(trials.map(async (id) => withoutTimes(await store.findTrial(id)))),
  }
}

const ESTIMATES = new Set(['progress', 'etaMs', 'bestTrial'])

/** Without what depends on the clock, and what only one of the stores estimates. */
function withoutTimes(item: Sweep | TrialDetail | undefined): unknown {
  const text = JSON.stringify(item, (name, value: unknown) => {
    if (ESTIMATES.has(name)) return undefined
    return /At$|durationMs/.test(name) ? value !== null : value
  })
  return text === undefined ? undefined : JSON.parse(text)
}
