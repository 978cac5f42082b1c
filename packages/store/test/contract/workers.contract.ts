import type { NewWorker } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { describe, expect, it } from 'vitest'
import { claimNext, FAILURE, getTrial, insertRates, LEASE_MS, report, startOne, tryClaim } from './scenes.js'
import type { UseStore } from './use-store.js'

const make = (id: string, slots = 2): NewWorker => {
  return { id, host: 'box', device: '2 × CPU', engine: 'onnx', slots, version: '0.1.0', pid: 42 }
}

/** What every store knows of workers and of trials that wait for one. */
export function describeWorkers(useStore: UseStore): void {
  describe('workers', () => {
    const world = useStore()
    const listStates = async () =>
      Object.fromEntries((await world.store.listWorkers()).map(({ id, state }) => [id, state]))

    it('are listed with what they are and what they train', async () => {
      await world.store.registerWorker(make('one'), LEASE_MS)
      await insertRates(world.store, 2)
      const trial = await claimNext(world.store, LEASE_MS, 'one')
      await report(world.store, trial, 1)
      await claimNext(world.store, LEASE_MS, 'other')
      const { trialId, sweepId } = trial
      expect(await world.store.listWorkers()).toEqual([
        {
          ...make('one'),
          waitingReason: null,
          slotDetails: [],
          state: 'alive',
          startedAt: expect.any(String),
          lastSeenAt: expect.any(String),
          trials: [{ trialId, sweepId, number: 0, attempt: 1, epochsDone: 1, epochs: 4 }],
        },
      ])
    })

    it('have as many trials to come as are queued or running in running sweeps', async () => {
      const before = await world.store.countUnfinishedTrials()
      await insertRates(world.store, 3)
      const paused = await insertRates(world.store, 2)
      await claimNext(world.store)
      expect(await world.store.countUnfinishedTrials()).toBe(before + 5)
      await world.store.pauseSweep(paused.sweepId, 'tea')
      expect(await world.store.countUnfinishedTrials()).toBe(before + 3)
    })

    it('are told which attempts are no longer theirs', async () => {
      const [kept, cancelled] = [await startOne(world.store), await startOne(world.store)]
      await world.store.cancelTrial(cancelled.trialId)
      const attempts = [kept, cancelled, { trialId: kept.trialId, attempt: 9 }].map(
        ({ trialId, attempt }) => ({
          trialId,
          attempt,
        }),
      )
      const beat = await world.store.beat({ worker: make('one'), leaseMs: LEASE_MS, attempts })
      expect(beat).toEqual({ lost: attempts.slice(1), lostGpus: [], drain: false })
    })

    it('are told to drain, and come back fresh', async () => {
      await world.store.registerWorker(make('one'), LEASE_MS)
      expect(await world.store.requestDrain('one')).toBe('draining')
      expect(await world.store.requestDrain('one')).toBe('draining')
      const beat = { worker: make('one'), leaseMs: LEASE_MS, attempts: [] }
      expect((await world.store.beat(beat)).drain).toBe(true)
      await world.store.deregisterWorker('one')
      expect(await world.store.requestDrain('one')).toBe('stopped')
      expect(await listStates()).toEqual({ one: 'stopped' })
      await world.store.registerWorker(make('one'), LEASE_MS)
      expect(await listStates()).toEqual({ one: 'alive' })
      expect((await world.store.beat(beat)).drain).toBe(false)
      expect(await world.store.requestDrain('nobody')).toBeUndefined()
    })

    it('are lost when they fall silent, found when they beat again, and listed after those alive', async () => {
      await world.store.registerWorker(make('silent'), 1)
      await waitUntil('it is lost', async () => (await listStates())['silent'] === 'lost')
      expect(await world.store.requestDrain('silent')).toBe('lost')
      await world.store.registerWorker(make('alive'), LEASE_MS)
      expect((await world.store.listWorkers()).map(({ id }) => id)).toEqual(['alive', 'silent'])
      await world.store.beat({ worker: make('silent'), leaseMs: LEASE_MS, attempts: [] })
      expect(await listStates()).toEqual({ alive: 'alive', silent: 'alive' })
    })

    it('are forgotten when they were not seen for long, and stored again when they beat', async () => {
      await world.store.registerWorker(make('old'), 1)
      expect(await world.store.removeOldWorkers(60_000)).toBe(0)
      await waitUntil('it is old', async () => (await world.store.removeOldWorkers(5)) === 1)
      expect(await world.store.listWorkers()).toEqual([])
      await world.store.beat({ worker: make('old'), leaseMs: LEASE_MS, attempts: [] })
      expect(await listStates()).toEqual({ old: 'alive' })
    })
  })

  describe('waitingReason', () => {
    const world = useStore()
    const reasonOf = async (trialId: string | undefined) =>
      (await getTrial(world.store, String(trialId))).waitingReason

    it('says what a queued trial waits for', async () => {
      const { sweepId, trialIds } = await insertRates(world.store, 4)
      const last = trialIds[3]
      expect(await reasonOf(last)).toBe('no worker is alive; start one')
      await world.store.registerWorker(make('one'), LEASE_MS)
      expect(await reasonOf(last)).toBe('a worker takes it next')
      const urgent = await insertRates(world.store, 1, { priority: 1 })
      expect(await reasonOf(last)).toBe('sweeps of higher priority go first')
      await world.store.cancelSweep(urgent.sweepId)
      for (let slot = 0; slot < 2; slot++) await claimNext(world.store, LEASE_MS, 'one')
      expect(await reasonOf(last)).toBe('all 2 slots of 1 worker are busy')
      await world.store.updateSweep(sweepId, { maxParallel: 2 })
      expect(await reasonOf(last)).toBe('its sweep runs 2 trials already, and maxParallel is 2')
      await world.store.pauseSweep(sweepId, 'tea')
      expect(await reasonOf(last)).toBe('its sweep is paused: tea')
      expect(await reasonOf(trialIds[0])).toBeNull()
    })

    it('says when it is tried again, and that workers are leaving', async () => {
      const trial = await startOne(world.store)
      await world.store.registerWorker(make('one'), LEASE_MS)
      await world.store.requestDrain('one')
      await world.store.requeueTrial(trial, { outcome: 'failed', error: FAILURE, delayMs: 90_000 })
      expect(await reasonOf(trial.trialId)).toMatch(/^it waits for its retry at \d{4}-.*Z, in (89|90) s$/)
      const { trialIds } = await insertRates(world.store, 1)
      expect(await reasonOf(trialIds[0])).toBe('every worker that is alive is draining; start another one')
    })
  })

  describe('claimable trials', () => {
    const world = useStore()
    const listIds = async (query: { sweepId?: string; isLimited?: true } = {}) =>
      (await world.store.listClaimableTrials({ limit: 100, ...query })).map(({ trialId }) => trialId)

    it('are queued ones of running sweeps, in order of id, page by page', async () => {
      const { trialIds } = await insertRates(world.store, 9)
      await claimNext(world.store)
      const paused = await insertRates(world.store, 2)
      await world.store.pauseSweep(paused.sweepId, 'tea')
      const waiting = trialIds.slice(1).sort()
      expect(await world.store.countClaimableTrials()).toBe(8)
      expect(await listIds()).toEqual(waiting)
      const page = await world.store.listClaimableTrials({ limit: 3, after: waiting[1] })
      expect(page).toEqual(waiting.slice(2, 5).map((trialId) => ({ trialId, attempt: 1, delayMs: 0 })))
    })

    it('are no more of a sweep than its maxParallel leaves room for, those first that may start first', async () => {
      const limited = await insertRates(world.store, 5, { maxParallel: 2 })
      const other = await insertRates(world.store, 1)
      const first = await claimNext(world.store)
      await world.store.requeueTrial(first, { outcome: 'failed', error: FAILURE, delayMs: 90_000 })
      const { trialId } = await claimNext(world.store)
      expect(trialId).toBe(limited.trialIds[1])
      expect(await world.store.countClaimableTrials()).toBe(2)
      const next = limited.trialIds[2]
      expect(await listIds()).toEqual([next, other.trialIds[0]].sort())
      expect(await listIds({ isLimited: true })).toEqual([next])
      expect(await listIds({ sweepId: other.sweepId })).toEqual(other.trialIds)
      expect(await listIds({ sweepId: other.sweepId, isLimited: true })).toEqual([])
      expect(await listIds({ sweepId: 'not-an-id' })).toEqual([])
      await claimNext(world.store)
      await world.store.updateSweep(limited.sweepId, { maxParallel: 1 })
      expect(await listIds({ isLimited: true })).toEqual([])
    })

    it('are listed, not counted, while they wait for their retry', async () => {
      const trial = await startOne(world.store)
      await world.store.requeueTrial(trial, { outcome: 'failed', error: FAILURE, delayMs: 90_000 })
      expect(await world.store.countClaimableTrials()).toBe(0)
      const [waiting] = await world.store.listClaimableTrials({ limit: 5 })
      expect(waiting).toMatchObject({ trialId: trial.trialId, attempt: 2 })
      expect(waiting?.delayMs).toBeGreaterThan(60_000)
      expect(waiting?.delayMs).toBeLessThanOrEqual(90_000)
      expect(await tryClaim(world.store)).toBeUndefined()
    })
  })
}
