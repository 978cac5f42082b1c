import type { UnreadableSweep } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { describe, expect, it } from 'vitest'
import { makeSweep } from '../new-sweep.js'
import {
  checkpointOf,
  claimNext,
  FAILURE,
  getTrial,
  insertRates,
  LEASE_MS,
  numbersOf,
  RELEASED,
  report,
  tryClaim,
} from './scenes.js'
import type { UseStore } from './use-store.js'

/** What every store does when workers ask for trials. */
export function describeClaims(useStore: UseStore): void {
  describe('claimTrial', () => {
    const world = useStore()
    const claimAll = async () => {
      const claimed = []
      for (let trial = await tryClaim(world.store); trial; trial = await tryClaim(world.store))
        claimed.push(trial)
      return claimed
    }

    it('takes trials in order of number and tells the worker all that it needs', async () => {
      const { sweepId, trialIds } = await insertRates(world.store, 2, { seed: 7, dataset: 'synthetic' })
      const [first, second] = await claimAll()
      expect(first).toEqual({
        trialId: trialIds[0],
        attempt: 1,
        sweepId,
        number: 0,
        dataset: 'synthetic',
        datasetDigest: null,
        seed: 7,
        hyperparameters: expect.objectContaining({ lr: 0.00001, epochs: 4, earlyStopping: null }),
        epochsDone: 0,
        checkpoint: undefined,
        pruning: {
          pruner: { type: 'none' },
          objective: { metric: 'val_acc', direction: 'maximize' },
        },
        alone: false,
      })
      expect(second).toMatchObject({ trialId: trialIds[1], number: 1 })
      expect(await getTrial(world.store, String(trialIds[0]))).toMatchObject({
        state: 'running',
        attempts: 1,
        waitingReason: null,
        attemptHistory: [{ number: 1, retry: 0, outcome: 'running', finishedAt: null, epochs: [] }],
      })
    })

    it('prefers sweeps of higher priority, then older ones, from the moment on that it changes', async () => {
      const old = await insertRates(world.store, 2)
      const urgent = await insertRates(world.store, 1, { priority: 5 })
      const late = await insertRates(world.store, 1)
      await world.store.updateSweep(late.sweepId, { priority: 6 })
      const order = (await claimAll()).map(({ sweepId }) => sweepId)
      expect(order).toEqual([late.sweepId, urgent.sweepId, old.sweepId, old.sweepId])
    })

    it('leaves trials alone that wait for their retry, until then', async () => {
      const { trialIds } = await insertRates(world.store, 2)
      const ending = { outcome: 'failed', error: FAILURE, delayMs: 300 } as const
      await world.store.requeueTrial(await claimNext(world.store), ending)
      expect((await claimAll()).map(({ trialId }) => trialId)).toEqual([trialIds[1]])
      await waitUntil('the delay is over', async () => (await claimAll()).length === 1)
    })

    it('takes nothing of a paused, a cancelled or a completed sweep', async () => {
      const paused = await insertRates(world.store, 1)
      await world.store.pauseSweep(paused.sweepId, 'tea')
      await world.store.cancelSweep((await insertRates(world.store, 1)).sweepId)
      expect(await tryClaim(world.store)).toBeUndefined()
      await world.store.resumeSweep(paused.sweepId)
      expect(await tryClaim(world.store)).toMatchObject({ sweepId: paused.sweepId })
    })

    it('runs no more trials of a sweep at once than maxParallel, and those of others meanwhile', async () => {
      const limited = await insertRates(world.store, 5, { maxParallel: 2, priority: 1 })
      const other = await insertRates(world.store, 1)
      const [first, ...rest] = await claimAll()
      expect(rest.map(({ sweepId }) => sweepId)).toEqual([limited.sweepId, other.sweepId])
      await world.store.failTrial(first ?? claimed(), FAILURE)
      expect(await claimAll()).toMatchObject([{ number: 2 }])
      await world.store.updateSweep(limited.sweepId, { maxParallel: 3 })
      expect(await claimAll()).toMatchObject([{ number: 3 }])
      await world.store.updateSweep(limited.sweepId, { maxParallel: null })
      expect(await claimAll()).toMatchObject([{ number: 4 }])
    })

    it('gives racing workers different trials, each once', async () => {
      const { trialIds } = await insertRates(world.store, 20)
      const more = await insertRates(world.store, 10, { priority: 1 })
      const claims = Array.from({ length: 40 }, (_, n) => tryClaim(world.store, LEASE_MS, `worker-${n}`))
      const got = (await Promise.all(claims)).flatMap((trial) => trial?.trialId ?? [])
      expect(got.sort()).toEqual([...trialIds, ...more.trialIds].sort())
      const attempts = await Promise.all(got.map((id) => getTrial(world.store, id)))
      expect(attempts.every(({ attemptHistory }) => attemptHistory.length === 1)).toBe(true)
    })

    it('never exceeds maxParallel however many workers race, and fills it', async () => {
      const { sweepId } = await insertRates(world.store, 30, { maxParallel: 3 })
      const other = await insertRates(world.store, 30, { maxParallel: 5 })
      const peaks: number[] = []
      const work = async () => {
        for (let turn = 0; turn < 4; turn++) {
          const trial = await tryClaim(world.store)
          peaks.push(await countRunning(sweepId), (await countRunning(other.sweepId)) - 2)
          if (trial) await world.store.failTrial(trial, FAILURE)
        }
      }
      await Promise.all(Array.from({ length: 10 }, work))
      expect(Math.max(...peaks)).toBe(3)
    })

    const countRunning = async (sweepId: string) =>
      (await world.store.findSweep(sweepId))?.trialCounts.running ?? 0

    it('resumes from the checkpoint: epochs up to it stay, with the attempt that trained them', async () => {
      await insertRates(world.store, 1)
      const first = await claimNext(world.store)
      for (const epoch of [1, 2]) await report(world.store, first, epoch)
      const before = await getTrial(world.store, first.trialId)
      await world.store.requeueTrial(first, RELEASED)
      const second = await claimNext(world.store)
      expect(second).toMatchObject({ attempt: 2, epochsDone: 2 })
      expect(Uint8Array.from(second.checkpoint ?? [])).toEqual(checkpointOf(2))
      await report(world.store, second, 3)
      const trial = await getTrial(world.store, first.trialId)
      expect(trial).toMatchObject({ epochsDone: 3, attempts: 2, startedAt: before.startedAt })
      expect(numbersOf(trial.history)).toEqual([1, 2, 3])
      expect(trial.attemptHistory.map(({ epochs }) => numbersOf(epochs))).toEqual([[1, 2], [3]])
    })

    it('drops epochs beyond the checkpoint, and goes back to the metrics of that epoch', async () => {
      await insertRates(world.store, 1)
      const first = await claimNext(world.store)
      await report(world.store, first, 1)
      const before = await getTrial(world.store, first.trialId)
      await world.store.recordEpoch(first, { ...before.history[0], epoch: 2 } as never, undefined, LEASE_MS)
      await world.store.requeueTrial(first, RELEASED)
      expect(await claimNext(world.store)).toMatchObject({ epochsDone: 1 })
      const trial = await getTrial(world.store, first.trialId)
      expect(trial).toMatchObject({ epochsDone: 1, metrics: before.metrics, history: before.history })
    })

    it('begins anew without a checkpoint', async () => {
      await insertRates(world.store, 1)
      const first = await claimNext(world.store)
      await world.store.recordEpoch(
        first,
        { epoch: 1, loss: 1, acc: 0, val_loss: 1, val_acc: 0, durationMs: 1 },
        undefined,
        LEASE_MS,
      )
      await world.store.requeueTrial(first, RELEASED)
      expect(await claimNext(world.store)).toMatchObject({ epochsDone: 0, checkpoint: undefined })
      const trial = await getTrial(world.store, first.trialId)
      expect(trial).toMatchObject({ epochsDone: 0, history: [], metrics: { loss: null, val_acc: null } })
    })

    it('leaves a sweep with hyperparameters that it does not know to others, says so once, and claims the next', async () => {
      const { sweep, trials } = makeSweep(2, { name: 'newer', priority: 9 })
      const newer = trials.map((trial) => ({
        ...trial,
        hyperparameters: { ...trial.hyperparameters, mixup: 0.2 },
      }))
      await world.store.insertSweep(sweep, newer)
      const { trialIds } = await insertRates(world.store, 2)
      const left: UnreadableSweep[] = []
      const claim = { workerId: 'w', leaseMs: LEASE_MS, onUnreadable: (it: UnreadableSweep) => left.push(it) }
      for (const trialId of trialIds) expect(await world.store.claimTrial(claim)).toMatchObject({ trialId })
      expect(await world.store.claimTrial(claim)).toBeUndefined()
      const problem = expect.stringContaining('mixup')
      expect(left).toEqual([{ sweepId: sweep.id, sweepName: 'newer', problem }])
      expect((await world.store.findSweep(sweep.id))?.trialCounts).toMatchObject({ queued: 2, running: 0 })
    })

    it('tells a worker to be alone with a trial that ran out of memory', async () => {
      await insertRates(world.store, 1)
      const error = { class: 'out-of-memory', message: 'no more' } as const
      const ending = { outcome: 'failed', error, delayMs: 0, alone: true } as const
      await world.store.requeueTrial(await claimNext(world.store), ending)
      const second = await claimNext(world.store)
      expect(second.alone).toBe(true)
      await world.store.requeueTrial(second, RELEASED)
      expect((await claimNext(world.store)).alone).toBe(true)
    })
  })
}

function claimed(): never {
  throw new Error('nothing was claimed')
}
