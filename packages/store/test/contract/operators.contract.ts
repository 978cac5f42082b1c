import { randomUUID } from 'node:crypto'
import type { SweepStore } from '@sweepd/scheduler'
import { describe, expect, it } from 'vitest'
import { makeEpoch, makeSweep, SCORE } from '../new-sweep.js'
import {
  claimNext,
  FAILURE,
  failNext,
  getTrial,
  insertRates,
  numbersOf,
  RELEASED,
  report,
  startOne,
  tryClaim,
} from './scenes.js'
import type { UseStore } from './use-store.js'

const UNKNOWN = [randomUUID(), 'not-an-id']

/** What every store does when people take control. */
export function describeOperators(useStore: UseStore): void {
  describe('a store under control of people', () => {
    const world = useStore()
    const getSweep = async (sweepId: string) => {
      const sweep = await world.store.findSweep(sweepId)
      if (sweep === undefined) throw new Error(`there is no sweep ${sweepId}`)
      return sweep
    }

    it('pauses and resumes a sweep, twice as well as once', async () => {
      const { sweepId } = await insertRates(world.store, 1)
      expect(await world.store.resumeSweep(sweepId)).toBe('running')
      expect(await world.store.pauseSweep(sweepId, 'tea')).toBe('paused')
      expect(await world.store.pauseSweep(sweepId, 'coffee')).toBe('paused')
      expect(await getSweep(sweepId)).toMatchObject({ state: 'paused', pauseReason: 'tea', finishedAt: null })
      expect(await world.store.resumeSweep(sweepId)).toBe('running')
      expect(await getSweep(sweepId)).toMatchObject({ state: 'running', pauseReason: null })
    })

    it('cancels a sweep with all that is open of it, and leaves what has ended', async () => {
      const { sweepId, trialIds } = await insertRates(world.store, 3)
      await world.store.completeTrial(await claimNext(world.store), SCORE, makeEpoch(4))
      const running = await claimNext(world.store)
      await report(world.store, running, 1)
      expect(await world.store.cancelSweep(sweepId)).toEqual({ state: 'cancelled', changedTrials: 2 })
      expect(await world.store.cancelSweep(sweepId)).toEqual({ state: 'cancelled', changedTrials: 0 })
      const sweep = await getSweep(sweepId)
      expect(sweep).toMatchObject({ state: 'cancelled', trialCounts: { completed: 1, cancelled: 2 } })
      expect(sweep.finishedAt).not.toBeNull()
      const trial = await getTrial(world.store, running.trialId)
      expect(trial).toMatchObject({ state: 'cancelled', error: null, epochsDone: 1 })
      expect(trial.finishedAt).not.toBeNull()
      expect(trial.attemptHistory).toMatchObject([{ outcome: 'cancelled', finishedAt: trial.finishedAt }])
      expect(await getTrial(world.store, String(trialIds[2]))).toMatchObject({ attemptHistory: [] })
      expect(await world.store.pauseSweep(sweepId, 'tea')).toBe('cancelled')
      expect(await world.store.resumeSweep(sweepId)).toBe('cancelled')
      expect(await world.store.completeSweep(sweepId)).toBe(false)
    })

    it('leaves no trial running when claims race with the cancellation of their sweep', async () => {
      for (let round = 0; round < 5; round++) {
        const { sweepId } = await insertRates(world.store, 8)
        const claims = Array.from({ length: 8 }, () => tryClaim(world.store))
        const [, ...claimed] = await Promise.all([world.store.cancelSweep(sweepId), ...claims])
        expect((await getSweep(sweepId)).trialCounts).toMatchObject({ cancelled: 8 })
        for (const trial of claimed.flatMap((claim) => claim ?? [])) {
          const { attemptHistory } = await getTrial(world.store, trial.trialId)
          expect(attemptHistory).toMatchObject([{ outcome: 'cancelled' }])
          expect(await report(world.store, trial, 1)).toBe('stop')
        }
      }
    })

    it('cancels one trial, waiting or running, and otherwise returns its state', async () => {
      const { sweepId, trialIds } = await insertRates(world.store, 3)
      const [done, running] = [await claimNext(world.store), await claimNext(world.store)]
      await world.store.completeTrial(done, SCORE, makeEpoch(4))
      const standing = { sweepId, sweepState: 'running' }
      for (const trialId of [running.trialId, String(trialIds[2])]) {
        const cancelled = { ...standing, state: 'cancelled' }
        expect(await world.store.cancelTrial(trialId)).toEqual({ ...cancelled, isChanged: true })
        expect(await world.store.cancelTrial(trialId)).toEqual({ ...cancelled, isChanged: false })
      }
      const completed = { ...standing, state: 'completed', isChanged: false }
      expect(await world.store.cancelTrial(done.trialId)).toEqual(completed)
      expect(await world.store.completeSweep(sweepId)).toBe(true)
    })

    it('lets a failed trial begin anew, with its attempts and their epochs on record', async () => {
      const first = await startOne(world.store)
      for (const epoch of [1, 2]) await report(world.store, first, epoch)
      await world.store.failTrial(first, FAILURE)
      await world.store.completeSweep(first.sweepId)
      const standing = { sweepId: first.sweepId, sweepState: 'running', state: 'queued' }
      expect(await world.store.retryTrial(first.trialId)).toEqual({ ...standing, isChanged: true })
      expect(await world.store.retryTrial(first.trialId)).toEqual({ ...standing, isChanged: false })
      expect(await getTrial(world.store, first.trialId)).toMatchObject({
        state: 'queued',
        retries: 1,
        attempts: 1,
        epochsDone: 0,
        history: [],
        error: null,
        finishedAt: null,
        metrics: { loss: null },
      })
      const second = await claimNext(world.store)
      expect(second).toMatchObject({ attempt: 2, epochsDone: 0, checkpoint: undefined, alone: false })
      expect(await report(world.store, first, 3)).toBe('stop')
      await report(world.store, second, 1)
      const trial = await getTrial(world.store, first.trialId)
      expect(numbersOf(trial.history)).toEqual([1])
      expect(trial.attemptHistory.map(({ epochs, retry }) => [retry, numbersOf(epochs)])).toEqual([
        [0, [1, 2]],
        [1, [1]],
      ])
    })

    it('lets all failed trials of a sweep begin anew, which runs then', async () => {
      const { sweepId } = await insertRates(world.store, 3)
      await failNext(world.store, 2)
      await world.store.completeTrial(await claimNext(world.store), SCORE, makeEpoch(4))
      await world.store.completeSweep(sweepId)
      expect(await world.store.retryFailedTrials(sweepId)).toEqual({ state: 'running', changedTrials: 2 })
      expect(await world.store.retryFailedTrials(sweepId)).toEqual({ state: 'running', changedTrials: 0 })
      expect(await getSweep(sweepId)).toMatchObject({
        state: 'running',
        finishedAt: null,
        trialCounts: { queued: 2, completed: 1 },
      })
      await world.store.cancelSweep(sweepId)
      expect(await world.store.retryFailedTrials(sweepId)).toEqual({ state: 'cancelled', changedTrials: 0 })
    })

    it('retries no trial of a cancelled sweep, and keeps a paused one paused for a single trial', async () => {
      const cancelled = await startOne(world.store)
      await world.store.failTrial(cancelled, FAILURE)
      await world.store.cancelSweep(cancelled.sweepId)
      expect(await world.store.retryTrial(cancelled.trialId)).toMatchObject({
        state: 'failed',
        sweepState: 'cancelled',
        isChanged: false,
      })
      const paused = await startOne(world.store)
      await world.store.failTrial(paused, FAILURE)
      await world.store.pauseSweep(paused.sweepId, 'tea')
      expect(await world.store.retryTrial(paused.trialId)).toMatchObject({
        state: 'queued',
        sweepState: 'paused',
      })
    })

    it('completes no sweep while a retry of its last trial is under way', async () => {
      for (let round = 0; round < 10; round++) {
        const trial = await startOne(world.store)
        await world.store.failTrial(trial, FAILURE)
        await Promise.all([
          world.store.completeSweep(trial.sweepId),
          world.store.retryTrial(trial.trialId),
          world.store.completeSweep(trial.sweepId),
        ])
        expect(await getSweep(trial.sweepId)).toMatchObject({ state: 'running', trialCounts: { queued: 1 } })
        await world.store.cancelSweep(trial.sweepId)
      }
    })

    it('completes a sweep once, when its last trial has ended, also a paused one', async () => {
      const { sweepId } = await insertRates(world.store, 2)
      await world.store.completeTrial(await claimNext(world.store), SCORE, makeEpoch(4))
      expect(await world.store.completeSweep(sweepId)).toBe(false)
      const last = await claimNext(world.store)
      expect(await world.store.completeSweep(sweepId)).toBe(false)
      await world.store.pauseSweep(sweepId, 'tea')
      await world.store.failTrial(last, FAILURE)
      const racing = [1, 2, 3].map(() => world.store.completeSweep(sweepId))
      expect((await Promise.all(racing)).filter(Boolean)).toHaveLength(1)
      expect(await getSweep(sweepId)).toMatchObject({ state: 'completed', pauseReason: null, progress: 1 })
      expect(await world.store.completeEndedSweeps()).toBe(0)
    })

    it('completes all sweeps whose trials have ended', async () => {
      const trials = [await startOne(world.store), await startOne(world.store), await startOne(world.store)]
      for (const trial of trials.slice(1)) await world.store.failTrial(trial, FAILURE)
      expect(await world.store.completeEndedSweeps()).toBe(2)
      const states = await Promise.all(trials.map(async ({ sweepId }) => (await getSweep(sweepId)).state))
      expect(states).toEqual(['running', 'completed', 'completed'])
    })

    it('forgets a sweep that has ended, with its trials, but no other', async () => {
      const trial = await startOne(world.store)
      await report(world.store, trial, 1)
      expect(await world.store.deleteSweep(trial.sweepId)).toBe('running')
      await world.store.pauseSweep(trial.sweepId, 'tea')
      expect(await world.store.deleteSweep(trial.sweepId)).toBe('paused')
      await world.store.completeTrial(trial, SCORE, makeEpoch(4))
      await world.store.completeSweep(trial.sweepId)
      expect(await world.store.deleteSweep(trial.sweepId)).toBe('completed')
      expect(await world.store.findSweep(trial.sweepId)).toBeUndefined()
      expect(await world.store.findTrial(trial.trialId)).toBeUndefined()
      expect(await world.store.deleteSweep(trial.sweepId)).toBeUndefined()
    })

    it('changes priority and limit apart from each other, and keeps what is not named', async () => {
      const { sweepId } = await insertRates(world.store, 1, { priority: 1, maxParallel: 2 })
      await world.store.updateSweep(sweepId, { priority: -3 })
      expect(await getSweep(sweepId)).toMatchObject({ priority: -3, maxParallel: 2 })
      await world.store.updateSweep(sweepId, { maxParallel: null })
      expect(await getSweep(sweepId)).toMatchObject({ priority: -3, maxParallel: null })
    })

    it.each(UNKNOWN)('returns undefined or false for the unknown id %s', async (id) => {
      const { store } = world
      const asked: ((store: SweepStore) => Promise<unknown>)[] = [
        () => store.pauseSweep(id, 'tea'),
        () => store.resumeSweep(id),
        () => store.cancelSweep(id),
        () => store.retryFailedTrials(id),
        () => store.deleteSweep(id),
        () => store.cancelTrial(id),
        () => store.retryTrial(id),
        () => store.findSweep(id),
        () => store.findTrial(id),
      ]
      for (const ask of asked) expect(await ask(store)).toBeUndefined()
      expect(await store.updateSweep(id, { priority: 1 })).toBe(false)
      expect(await store.completeSweep(id)).toBe(false)
      expect(await store.pauseFailingSweep(id)).toBe(false)
    })
  })

  describe('pauseFailingSweep', () => {
    const world = useStore()

    it('pauses a sweep of which too many trials failed, says why, and forgives them when it resumes', async () => {
      const { sweepId } = await insertRates(world.store, 40, { maxFailureShare: 0.5 })
      for (let done = 0; done < 5; done++)
        await world.store.completeTrial(await claimNext(world.store), SCORE, makeEpoch(4))
      await failNext(world.store, 4)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(false)
      await failNext(world.store, 1)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(false)
      await failNext(world.store, 1)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(true)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(false)
      const { state, pauseReason } = (await world.store.findSweep(sweepId)) ?? {}
      expect(state).toBe('paused')
      expect(pauseReason).toContain('6 of 11 ended trials failed, more than maxFailureShare 0.5')
      expect(pauseReason).toContain(FAILURE.message)
      await world.store.resumeSweep(sweepId)
      await failNext(world.store, 5)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(false)
      await failNext(world.store, 1)
      expect(await world.store.pauseFailingSweep(sweepId)).toBe(true)
    })

    it('lets a sweep continue that has none left, or whose share is 1', async () => {
      const small = await insertRates(world.store, 10)
      await failNext(world.store, 10)
      expect(await world.store.pauseFailingSweep(small.sweepId)).toBe(false)
      const brave = await insertRates(world.store, 12, { maxFailureShare: 1 })
      await failNext(world.store, 11)
      expect(await world.store.pauseFailingSweep(brave.sweepId)).toBe(false)
    })
  })

  describe('insertSweep with an idempotency key', () => {
    const world = useStore()
    const make = (key: string | undefined, definitionHash = 'hash') => {
      const { sweep, trials } = makeSweep(3)
      const idempotency = key === undefined ? undefined : { key, definitionHash }
      return { sweep: { ...sweep, idempotency }, trials }
    }

    it('stores one sweep for racing requests with the same key', async () => {
      const made = Array.from({ length: 8 }, () => make('one'))
      const stored = await Promise.all(
        made.map(({ sweep, trials }) => world.store.insertSweep(sweep, trials)),
      )
      expect(new Set(stored.map(({ sweepId }) => sweepId)).size).toBe(1)
      expect(stored.filter(({ isNew }) => isNew)).toHaveLength(1)
      expect(stored.every(({ definitionHash }) => definitionHash === 'hash')).toBe(true)
      const { items } = await world.store.listSweeps({ limit: 100 })
      expect(items).toMatchObject([{ trialCounts: { total: 3 } }])
    })

    it('tells the definition that the key stands for, and knows requests without a key apart', async () => {
      const [first, second] = [make('one', 'first'), make('one', 'second')]
      await world.store.insertSweep(first.sweep, first.trials)
      const answer = { sweepId: first.sweep.id, isNew: false, definitionHash: 'first' }
      expect(await world.store.insertSweep(second.sweep, second.trials)).toEqual(answer)
      for (const { sweep, trials } of [make('two'), make(undefined), make(undefined)])
        expect(await world.store.insertSweep(sweep, trials)).toMatchObject({ isNew: true })
      expect((await world.store.listSweeps({ limit: 100 })).items).toHaveLength(4)
    })

    it('lets the key be used again once its sweep was deleted', async () => {
      const [first, second] = [make('one'), make('one')]
      await world.store.insertSweep(first.sweep, first.trials)
      await world.store.cancelSweep(first.sweep.id)
      await world.store.deleteSweep(first.sweep.id)
      expect(await world.store.insertSweep(second.sweep, second.trials)).toMatchObject({ isNew: true })
    })
  })

  describe('accounting', () => {
    const world = useStore()

    it('says why any trial was attempted again', async () => {
      const { sweepId } = await insertRates(world.store, 2)
      const endings = [
        RELEASED,
        { ...RELEASED, outcome: 'paused' },
        { ...RELEASED, outcome: 'paused' },
        { outcome: 'failed', error: FAILURE, delayMs: 0 },
      ] as const
      for (const ending of endings) await world.store.requeueTrial(await claimNext(world.store), ending)
      await world.store.failTrial(await claimNext(world.store), FAILURE)
      await world.store.retryFailedTrials(sweepId)
      await world.store.completeTrial(await claimNext(world.store), SCORE, makeEpoch(4))
      await failNext(world.store, 1)
      expect((await world.store.findSweep(sweepId))?.accounting).toEqual({
        planned: 2,
        completed: 1,
        failed: 1,
        duplicates: 0,
        attemptsBeyondFirst: {
          total: 5,
          byReason: { failed: 1, expired: 0, released: 1, paused: 2, held: 0, retried: 1 },
        },
      })
    })
  })
}
