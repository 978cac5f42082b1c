import { randomUUID } from 'node:crypto'
import { hashHyperparameters, hyperparametersSchema } from '@sweepd/core'
import type { ClaimedTrial, Growth, GrowthStep, NewTrial, SweepStore } from '@sweepd/scheduler'
import { describe, expect, it } from 'vitest'
import { makeEpoch, makeSweep, SCORE } from '../new-sweep.js'
import { checkpointOf, claimNext, FAILURE, getTrial, LEASE_MS, tryClaim } from './scenes.js'
import type { UseStore } from './use-store.js'

const ASHA = { type: 'asha', eta: 2, min: 1 }
const STAY: GrowthStep = {
  promoted: [],
  pruned: [],
  cancelled: [],
  added: [],
  skipped: [],
  isLast: false,
  endReason: null,
}

/** A sweep that is stored with `count` trials of `planned`; returns its id. */
async function insertGrowing(store: SweepStore, count: number, planned: number, definition: object = {}) {
  const { sweep, trials } = makeSweep(count, { ...definition })
  await store.insertSweep({ ...sweep, planned }, trials)
  return sweep.id
}

async function getGrowth(store: SweepStore, sweepId: string): Promise<Growth> {
  const growth = await store.findGrowth(sweepId)
  if (growth === undefined) throw new Error('the sweep takes no steps')
  return growth
}

/** Takes a step from the present revision. */
const grow = async (store: SweepStore, sweepId: string, step: Partial<GrowthStep>): Promise<boolean> =>
  store.growSweep(sweepId, (await getGrowth(store, sweepId)).revision, { ...STAY, ...step })

function makeTrial(number: number): NewTrial {
  const hyperparameters = hyperparametersSchema.parse({ lr: 0.5 + number / 1000, epochs: 4 })
  return {
    id: randomUUID(),
    number,
    hyperparameters,
    hyperparametersHash: hashHyperparameters(hyperparameters),
    proposedBy: 'random',
  }
}

/** Reports an epoch of this accuracy, with its checkpoint, to be judged. */
const report = (store: SweepStore, trial: ClaimedTrial, epoch: number, val_acc = 0.5) =>
  store.recordEpoch(trial, makeEpoch(epoch, { val_acc }), checkpointOf(epoch), LEASE_MS, trial.pruning)

/** What every store does with sweeps that grow, and with trials that pruners stop or hold. */
export function describeGrowth(useStore: UseStore): void {
  describe('a growing sweep', () => {
    const world = useStore()

    it('says what it has come to, and does not end with its last trial', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 3)
      await store.completeTrial(await claimNext(store), SCORE, makeEpoch(4))
      expect(await getGrowth(store, sweepId)).toMatchObject({
        revision: { trials: 1, ended: 1, held: 0 },
        planned: 3,
        isGrowing: true,
        slots: 0,
        trials: [
          { number: 0, state: 'completed', value: makeEpoch(4).val_acc, epochsDone: 0, errorClass: null },
        ],
        unbegun: 0,
      })
      expect(await store.completeSweep(sweepId)).toBe(false)
      expect(await store.findSweep(sweepId)).toMatchObject({ state: 'running', accounting: { planned: 3 } })
    })

    it('counts trials that are still to come as progress to be made', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 4)
      await store.completeTrial(await claimNext(store), SCORE, makeEpoch(4))
      expect(await store.findSweep(sweepId)).toMatchObject({ progress: 0.25 })
    })

    it('gets new trials, and ends with the last of them', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 3)
      await store.completeTrial(await claimNext(store), SCORE, makeEpoch(4))
      const last = makeTrial(1)
      expect(
        await grow(store, sweepId, { added: [last], isLast: true, endReason: 'the space is exhausted' }),
      ).toBe(true)
      expect(await claimNext(store)).toMatchObject({ trialId: last.id, number: 1, attempt: 1 })
      expect(await getTrial(store, last.id)).toMatchObject({ proposedBy: 'random' })
      await store.cancelTrial(last.id)
      expect(await store.findGrowth(sweepId)).toBeUndefined()
      expect(await store.completeSweep(sweepId)).toBe(true)
      expect(await store.findSweep(sweepId)).toMatchObject({ endReason: 'the space is exhausted' })
    })

    it('takes no step that was decided before a trial ended, was added, or was retried', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 2, 9)
      const first = await getGrowth(store, sweepId)
      await store.failTrial(await claimNext(store), FAILURE)
      expect(await store.growSweep(sweepId, first.revision, { ...STAY, added: [makeTrial(2)] })).toBe(false)
      const second = await getGrowth(store, sweepId)
      expect(await grow(store, sweepId, { added: [makeTrial(2)] })).toBe(true)
      expect(await store.growSweep(sweepId, second.revision, { ...STAY, added: [makeTrial(3)] })).toBe(false)
      const third = await getGrowth(store, sweepId)
      await store.retryFailedTrials(sweepId)
      await store.failTrial(await claimNext(store), FAILURE)
      expect(third.revision).toMatchObject({ trials: 3, ended: 1 })
      expect(await store.growSweep(sweepId, third.revision, { ...STAY, added: [makeTrial(3)] })).toBe(false)
      expect((await store.findSweep(sweepId))?.trialCounts.total).toBe(3)
    })

    it('takes one of two steps that race', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 9)
      const { revision } = await getGrowth(store, sweepId)
      const racing = Array.from({ length: 5 }, () =>
        store.growSweep(sweepId, revision, { ...STAY, added: [makeTrial(1)] }),
      )
      expect((await Promise.all(racing)).filter(Boolean)).toHaveLength(1)
      expect((await store.findSweep(sweepId))?.trialCounts.total).toBe(2)
    })

    it('does not grow while it is paused, nor after it was cancelled', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 3)
      expect(await store.listGrowingSweeps()).toEqual([sweepId])
      const { revision } = await getGrowth(store, sweepId)
      await store.pauseSweep(sweepId, 'tea')
      expect(await store.findGrowth(sweepId)).toBeUndefined()
      expect(await store.growSweep(sweepId, revision, { ...STAY, added: [makeTrial(1)] })).toBe(false)
      await store.resumeSweep(sweepId)
      await store.cancelSweep(sweepId)
      expect(await store.listGrowingSweeps()).toEqual([])
      expect(await store.findSweep(sweepId)).toMatchObject({ state: 'cancelled', trialCounts: { total: 1 } })
    })

    it('cancels trials that nobody has begun, and keeps the points that it left out', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 2, 3)
      const begun = await claimNext(store)
      const { trials } = await getGrowth(store, sweepId)
      const skipped = [{ point: { kernel: 9 }, reason: 'it shrinks' }]
      await grow(store, sweepId, { cancelled: trials.map(({ id }) => id), skipped })
      await grow(store, sweepId, { skipped })
      expect(await getTrial(store, begun.trialId)).toMatchObject({ state: 'running' })
      expect(await store.findSweep(sweepId)).toMatchObject({
        trialCounts: { running: 1, cancelled: 1 },
        skipped: { count: 2, points: [...skipped, ...skipped] },
      })
    })
  })

  describe('extendSweep', () => {
    const world = useStore()

    it('lets a completed sweep run again, and never makes a sweep smaller or a cancelled one larger', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 1)
      await store.completeTrial(await claimNext(store), SCORE, makeEpoch(4))
      await store.completeSweep(sweepId)
      const { sweep } = makeSweep(1, { seed: 5 })
      const extension = {
        definition: sweep.definition,
        planned: 2,
        endReason: 'it has 2 points',
        skipped: undefined,
        maxTrialMemoryMiB: null,
      }
      expect(await store.extendSweep(sweepId, { ...extension, planned: 0 })).toBe(false)
      expect(await store.extendSweep(sweepId, extension)).toBe(true)
      expect(await store.findSweep(sweepId)).toMatchObject({
        ...{ state: 'running', finishedAt: null, seed: 5, endReason: 'it has 2 points' },
        accounting: { planned: 2 },
      })
      expect(await store.completeSweep(sweepId)).toBe(false)
      expect(await store.extendSweep(sweepId, { ...extension, planned: 1 })).toBe(true)
      expect(await store.completeSweep(sweepId)).toBe(true)
      await store.extendSweep(sweepId, extension)
      await store.cancelSweep(sweepId)
      expect(await store.extendSweep(sweepId, { ...extension, planned: 9 })).toBe(false)
      expect(await store.extendSweep(randomUUID(), extension)).toBeUndefined()
    })
  })

  describe('a pruner', () => {
    const world = useStore()

    it('ends a trial together with the epoch that it is judged by', async () => {
      const { store } = world
      const pruner = { type: 'threshold', value: 0.6, warmup: 1 }
      const sweepId = await insertGrowing(store, 2, 2, { pruner })
      const trial = await claimNext(store)
      expect(await report(store, trial, 1)).toBe('continue')
      expect(await report(store, trial, 2)).toBe('pruned')
      expect(await report(store, trial, 2)).toBe('stop')
      expect(await getTrial(store, trial.trialId)).toMatchObject({
        state: 'pruned',
        pruneReason: 'after 2 epochs its best val_acc 0.5 has not reached 0.6',
        epochsDone: 2,
        metrics: { val_acc: 0.5 },
        score: null,
        attemptHistory: [{ outcome: 'pruned' }],
      })
      expect(await store.completeTrial(trial, SCORE, makeEpoch(2))).toBe(false)
      const good = await claimNext(store)
      for (const epoch of [1, 2, 3, 4]) expect(await report(store, good, epoch, 0.6)).toBe('continue')
      await store.completeTrial(good, SCORE, makeEpoch(4))
      expect(await store.completeSweep(sweepId)).toBe(true)
      expect((await store.findSweep(sweepId))?.trialCounts).toMatchObject({ pruned: 1, completed: 1 })
    })

    it('compares a trial with the others at the same epoch', async () => {
      const { store } = world
      await insertGrowing(store, 3, 3, { pruner: { type: 'median', warmup: 0, startup: 2 } })
      for (const accuracy of [0.7, 0.8]) {
        const trial = await claimNext(store)
        expect(await report(store, trial, 1, accuracy)).toBe('continue')
        expect(await report(store, trial, 2, 0.9)).toBe('continue')
      }
      expect(await report(store, await claimNext(store), 1, 0.74)).toBe('pruned')
    })

    it('judges an epoch once, and never the last one', async () => {
      const { store } = world
      await insertGrowing(store, 1, 1, { pruner: { type: 'threshold', value: 0.6, warmup: 3 } })
      const trial = await claimNext(store)
      for (const epoch of [1, 2, 3, 3, 4, 4]) expect(await report(store, trial, epoch)).toBe('continue')
    })

    it('holds a trial at a rung with its checkpoint, until it may go on with another worker', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 1, 1, { pruner: ASHA })
      const trial = await claimNext(store)
      expect(await report(store, trial, 1)).toBe('held')
      expect(await report(store, trial, 1)).toBe('stop')
      expect(await getTrial(store, trial.trialId)).toMatchObject({
        state: 'queued',
        waitingReason: expect.stringContaining('its pruner holds it after 1 epoch'),
        attemptHistory: [{ outcome: 'held' }],
      })
      expect(await tryClaim(store)).toBeUndefined()
      expect(await store.countClaimableTrials()).toBe(0)
      expect(await store.listClaimableTrials({ limit: 9 })).toEqual([])
      expect(await store.completeSweep(sweepId)).toBe(false)
      expect(await getGrowth(store, sweepId)).toMatchObject({
        revision: { held: 1 },
        isGrowing: false,
        trials: [
          { id: trial.trialId, isHeld: true, isDelayed: false, attempts: 1, atRungs: new Map([[1, 0.5]]) },
        ],
      })
      expect(await grow(store, sweepId, { promoted: [trial.trialId] })).toBe(true)
      expect(await store.listClaimableTrials({ limit: 9 })).toEqual([
        { trialId: trial.trialId, attempt: 2, delayMs: 0 },
      ])
      const next = await claimNext(store, LEASE_MS, 'another')
      expect(next).toMatchObject({ trialId: trial.trialId, attempt: 2, epochsDone: 1 })
      expect([...(next.checkpoint ?? [])]).toEqual([...checkpointOf(1)])
      expect((await store.findSweep(sweepId))?.accounting.attemptsBeyondFirst.byReason).toMatchObject({
        held: 1,
      })
    })

    it('ends a held trial, unless it was told to go on before', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 2, 2, { pruner: ASHA })
      const [first, second] = [await claimNext(store), await claimNext(store)]
      for (const trial of [first, second]) await report(store, trial, 1)
      await grow(store, sweepId, { promoted: [first.trialId] })
      const pruned = [first, second].map(({ trialId }) => ({ id: trialId, reason: 'it is number 2 of 2' }))
      await grow(store, sweepId, { pruned })
      expect(await getTrial(store, first.trialId)).toMatchObject({ state: 'queued', pruneReason: null })
      expect(await getTrial(store, second.trialId)).toMatchObject({
        state: 'pruned',
        pruneReason: 'it is number 2 of 2',
        metrics: { val_acc: 0.5 },
      })
    })

    it('leaves out trials that nobody has begun, and forgets the rungs of a trial that begins anew', async () => {
      const { store } = world
      const sweepId = await insertGrowing(store, 5, 5, { pruner: ASHA, maxFailureShare: 1 })
      await report(store, await claimNext(store), 1, 0.6)
      await store.failTrial(await claimNext(store), FAILURE)
      expect(await getGrowth(store, sweepId)).toMatchObject({
        unbegun: 3,
        trials: [{ isHeld: true }, { state: 'failed', errorClass: 'infrastructure', value: null }],
      })
      await store.cancelSweep(sweepId)
      expect(await store.findGrowth(sweepId)).toBeUndefined()
    })
  })
}
