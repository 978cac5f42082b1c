import { randomUUID } from 'node:crypto'
import type { Fence, SweepStore } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { describe, expect, it } from 'vitest'
import { makeEpoch, SCORE } from '../new-sweep.js'
import { claimNext, FAILURE, getTrial, insertRates, LEASE_MS, RELEASED, report, startOne } from './scenes.js'
import type { UseStore } from './use-store.js'

const WORKER = { id: 'w', host: 'h', device: 'cpu', engine: 'onnx', slots: 1, version: '0', pid: null }

/** Whether the attempt is still the trial's, by each way to report. */
const REPORTS: [name: string, report: (store: SweepStore, fence: Fence) => Promise<boolean>][] = [
  [
    'beat',
    async (store, fence) =>
      (await store.beat({ worker: WORKER, leaseMs: LEASE_MS, attempts: [fence] })).lost.length === 0,
  ],
  ['recordEpoch', async (store, fence) => (await report(store, fence, 2)) !== 'stop'],
  ['completeTrial', (store, fence) => store.completeTrial(fence, SCORE, makeEpoch(1))],
  ['failTrial', (store, fence) => store.failTrial(fence, FAILURE)],
  [
    'requeueTrial',
    (store, fence) => store.requeueTrial(fence, { outcome: 'failed', error: FAILURE, delayMs: 0 }),
  ],
]

/** What every store does with what workers report. */
export function describeReports(useStore: UseStore): void {
  describe('recordEpoch', () => {
    const world = useStore()

    it('keeps each epoch and makes the last one the metrics of the trial', async () => {
      const trial = await startOne(world.store)
      for (const epoch of [1, 2, 3]) expect(await report(world.store, trial, epoch)).toBe('continue')
      const stored = await getTrial(world.store, trial.trialId)
      expect(stored.history).toEqual([1, 2, 3].map((epoch) => makeEpoch(epoch)))
      expect(stored).toMatchObject({ epochsDone: 3, epochs: 4, metrics: { loss: 1 / 3, test_loss: null } })
    })

    it('takes an epoch once, however often and with whatever numbers it comes again', async () => {
      const trial = await startOne(world.store)
      for (const epoch of [1, 2]) await report(world.store, trial, epoch)
      const before = await getTrial(world.store, trial.trialId)
      const again = [1, 2, 2, 1].map((epoch) =>
        world.store.recordEpoch(trial, makeEpoch(epoch, { loss: 9 }), Uint8Array.of(9), LEASE_MS),
      )
      expect(await Promise.all(again)).toEqual(Array(4).fill('continue'))
      expect(await getTrial(world.store, trial.trialId)).toEqual(before)
      await world.store.requeueTrial(trial, RELEASED)
      expect((await claimNext(world.store)).checkpoint?.[0]).toBe(2)
    })

    it('takes the checkpoint of its last epoch later, and none of an epoch before it', async () => {
      const trial = await startOne(world.store)
      for (const epoch of [1, 2, 3])
        await world.store.recordEpoch(trial, makeEpoch(epoch), undefined, LEASE_MS)
      const before = await getTrial(world.store, trial.trialId)
      expect(await report(world.store, trial, 2)).toBe('continue')
      await world.store.requeueTrial(trial, RELEASED)
      const begun = await claimNext(world.store)
      expect(begun).toMatchObject({ epochsDone: 0, checkpoint: undefined })
      for (const epoch of [1, 2, 3])
        await world.store.recordEpoch(begun, makeEpoch(epoch), undefined, LEASE_MS)
      expect(await report(world.store, begun, 3)).toBe('continue')
      expect((await getTrial(world.store, trial.trialId)).history).toEqual(before.history)
      await world.store.requeueTrial(begun, RELEASED)
      const resumed = await claimNext(world.store)
      expect(resumed).toMatchObject({ epochsDone: 3 })
      expect(resumed.checkpoint?.[0]).toBe(3)
    })

    it('takes an epoch once when reports of it race', async () => {
      const trial = await startOne(world.store)
      const racing = Array.from({ length: 8 }, () => report(world.store, trial, 1))
      expect(await Promise.all(racing)).toEqual(Array(8).fill('continue'))
      expect((await getTrial(world.store, trial.trialId)).history).toEqual([makeEpoch(1)])
    })

    it('refuses an epoch that leaves a gap', async () => {
      const trial = await startOne(world.store)
      await report(world.store, trial, 1)
      await expect(report(world.store, trial, 3)).rejects.toThrow(RangeError)
      expect((await getTrial(world.store, trial.trialId)).history).toEqual([makeEpoch(1)])
    })

    it('does not renew the lease with an epoch that leaves a gap', async () => {
      await insertRates(world.store, 1)
      const trial = await world.store.claimTrial({ workerId: 'w', leaseMs: -LEASE_MS })
      if (trial === undefined) throw new Error('nothing was claimed')
      await expect(report(world.store, trial, 2)).rejects.toThrow(RangeError)
      expect(await world.store.requeueExpired()).toHaveLength(1)
    })

    it('asks for the trial of a paused sweep back, unless only its score is left to do', async () => {
      const trial = await startOne(world.store)
      await world.store.pauseSweep(trial.sweepId, 'tea')
      const answers = []
      for (const epoch of [1, 1, 2, 3, 4, 4]) answers.push(await report(world.store, trial, epoch))
      expect(answers).toEqual(['pause', 'pause', 'pause', 'pause', 'continue', 'continue'])
      await world.store.resumeSweep(trial.sweepId)
      expect(await report(world.store, trial, 4)).toBe('continue')
    })
  })

  describe('completeTrial', () => {
    const world = useStore()

    it('stores the score and the metrics of the kept epoch, and ends trial and attempt', async () => {
      const { trialId, ...fence } = await startOne(world.store)
      const trial = { trialId, ...fence }
      for (const epoch of [1, 2]) await report(world.store, trial, epoch)
      expect(await world.store.completeTrial(trial, SCORE, makeEpoch(1))).toBe(true)
      const stored = await world.store.findTrial(trialId)
      expect(stored).toMatchObject({ state: 'completed', epochsDone: 2, score: SCORE, error: null })
      const test = { test_loss: 0.3, test_acc: 0.91 }
      expect(stored?.metrics).toEqual({ loss: 1, acc: 0.5, val_loss: 1.25, val_acc: 0.4, ...test })
      expect(stored?.durationMs).toBeGreaterThanOrEqual(0)
      expect(stored?.attemptHistory).toMatchObject([{ outcome: 'completed', finishedAt: stored?.finishedAt }])
    })

    it('gives a trial one end when results, failures, cancellations and give-backs race', async () => {
      for (let round = 0; round < 5; round++) {
        const trial = await startOne(world.store)
        const racing = Array.from({ length: 12 }, async (_, i) => {
          if (i % 4 === 0) return world.store.completeTrial(trial, SCORE, makeEpoch(1))
          if (i % 4 === 1) return world.store.failTrial(trial, FAILURE)
          if (i % 4 === 2) return world.store.requeueTrial(trial, RELEASED)
          const standing = await world.store.cancelTrial(trial.trialId)
          return standing?.isChanged === true
        })
        const won = (await Promise.all(racing)).filter(Boolean).length
        const { state, score, attemptHistory } = await getTrial(world.store, trial.trialId)
        // A trial that was given back can still be cancelled.
        expect(won).toBe(state === 'cancelled' && attemptHistory[0]?.outcome === 'released' ? 2 : 1)
        expect(state === 'completed').toBe(score !== null)
        expect(attemptHistory.filter(({ outcome }) => outcome === 'running')).toEqual([])
        await world.store.cancelTrial(trial.trialId)
      }
    })
  })

  describe.each(REPORTS)('a late %s', (_name, tell) => {
    const world = useStore()

    it('changes nothing for an attempt that is not the running one', async () => {
      const first = await startOne(world.store)
      await world.store.requeueTrial(first, RELEASED)
      const second = await claimNext(world.store)
      await report(world.store, second, 1)
      const before = await getTrial(world.store, first.trialId)
      for (const attempt of [0, 1, 3])
        expect(await tell(world.store, { trialId: first.trialId, attempt })).toBe(false)
      expect(await getTrial(world.store, first.trialId)).toEqual(before)
    })

    it('changes nothing once the trial was completed, cancelled or deleted', async () => {
      const [completed, cancelled] = [await startOne(world.store), await startOne(world.store)]
      await world.store.completeTrial(completed, SCORE, makeEpoch(4))
      await world.store.cancelSweep(cancelled.sweepId)
      const trials = [completed, cancelled]
      const before = await Promise.all(trials.map(({ trialId }) => getTrial(world.store, trialId)))
      for (const trial of trials) expect(await tell(world.store, trial)).toBe(false)
      expect(await Promise.all(trials.map(({ trialId }) => getTrial(world.store, trialId)))).toEqual(before)
      await world.store.deleteSweep(cancelled.sweepId)
      expect(await tell(world.store, cancelled)).toBe(false)
    })

    it.each([randomUUID(), 'not-an-id', ''])('is refused for the unknown trial "%s"', async (trialId) => {
      expect(await tell(world.store, { trialId, attempt: 1 })).toBe(false)
    })
  })

  describe('requeueExpired', () => {
    const world = useStore()
    const expire = async (trialId: string) => {
      await waitUntil(`the lease of ${trialId} runs out`, async () => {
        const expired = await world.store.requeueExpired()
        return expired.some((trial) => trial.trialId === trialId)
      })
    }

    it('lets a trial wait again whose worker went silent, and refuses what that worker says later', async () => {
      await insertRates(world.store, 1)
      const trial = await claimNext(world.store, 1)
      await expire(trial.trialId)
      expect(await getTrial(world.store, trial.trialId)).toMatchObject({
        state: 'queued',
        attempts: 1,
        attemptHistory: [{ outcome: 'expired' }],
      })
      expect(await report(world.store, trial, 1)).toBe('stop')
      expect(await claimNext(world.store)).toMatchObject({ trialId: trial.trialId, attempt: 2 })
    })

    it('leaves alone whose lease has not run out, or was renewed by an epoch or a beat', async () => {
      await insertRates(world.store, 3)
      await claimNext(world.store)
      const [second, third] = [await claimNext(world.store, 200), await claimNext(world.store, 200)]
      await report(world.store, second, 1)
      await world.store.beat({ worker: WORKER, leaseMs: LEASE_MS, attempts: [third] })
      const fourth = await startShort(world.store)
      await expire(fourth)
      expect(await world.store.requeueExpired()).toEqual([])
      expect((await getTrial(world.store, second.trialId)).state).toBe('running')
      expect((await getTrial(world.store, third.trialId)).state).toBe('running')
    })

    it('requeues each trial once when several callers race', async () => {
      const { trialIds } = await insertRates(world.store, 30)
      for (const _ of trialIds) await claimNext(world.store, 1)
      const found: string[] = []
      await waitUntil('all leases have run out', async () => {
        const answers = await Promise.all(Array.from({ length: 5 }, () => world.store.requeueExpired()))
        found.push(...answers.flat().map(({ trialId }) => trialId))
        return found.length >= trialIds.length
      })
      expect(found.sort()).toEqual([...trialIds].sort())
    })
  })
}

/** A trial whose lease of 300 ms outlasts any of 200 ms that began before. */
async function startShort(store: SweepStore): Promise<string> {
  await insertRates(store, 1)
  const { trialId } = await claimNext(store, 300)
  return trialId
}
