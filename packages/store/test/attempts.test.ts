import { randomUUID } from 'node:crypto'
import type { Fence, SweepStore } from '@sweepd/scheduler'
import { describe, expect, it } from 'vitest'
import { makeEpoch, SCORE } from './new-sweep.js'
import { claim, insertRates, LEASE_MS, startOne, useStore } from './store-world.js'

const world = useStore()
const FAILURE = { class: 'infrastructure', message: 'the child was killed' } as const

describe('claimTrial', () => {
  it('lets exactly one of 20 racing workers through', async () => {
    const { trialIds } = await insertRates(world.store, 1)
    const trialId = String(trialIds[0])
    const claims = Array.from({ length: 20 }, (_, worker) =>
      world.store.claimTrial({ trialId, attempt: 1, workerId: `worker-${worker}`, leaseMs: LEASE_MS }),
    )
    const winners = (await Promise.all(claims)).filter((claimed) => claimed !== undefined)
    expect(winners).toHaveLength(1)
    const trial = await world.store.findTrial(trialId)
    expect(trial).toMatchObject({ state: 'running', attempts: 1 })
    expect(trial?.attemptHistory).toMatchObject([{ number: 1, outcome: 'running', finishedAt: null }])
  })

  it('tells the worker all that it needs to train', async () => {
    const { sweepId, trialIds } = await insertRates(world.store, 2, { seed: 7, dataset: 'synthetic' })
    const trialId = String(trialIds[1])
    const claimed = await world.store.claimTrial({ trialId, attempt: 1, workerId: 'w', leaseMs: LEASE_MS })
    expect(claimed).toMatchObject({ trialId, attempt: 1, sweepId, number: 1, dataset: 'synthetic', seed: 7 })
    expect(claimed?.hyperparameters).toMatchObject({ lr: 0.00002, epochs: 4, earlyStopping: null })
  })

  it.each([0, 2, 3])('refuses attempt %i of a trial whose next attempt is 1', async (attempt) => {
    const { trialIds } = await insertRates(world.store, 1)
    const wrong = { trialId: String(trialIds[0]), attempt, workerId: 'w', leaseMs: LEASE_MS }
    expect(await world.store.claimTrial(wrong)).toBeUndefined()
    expect(await world.store.findTrial(wrong.trialId)).toMatchObject({ state: 'queued', attempts: 0 })
  })

  it('starts anew: epochs and metrics of the attempt before are gone, its start and its record stay', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.recordEpoch(fence, makeEpoch(1), LEASE_MS)
    const before = await world.store.findTrial(trialId)
    await world.store.requeueTrial(fence, { outcome: 'failed', error: FAILURE, delayMs: 0 })
    await claim(world.store, trialId, 2)
    const trial = await world.store.findTrial(trialId)
    expect(trial).toMatchObject({ state: 'running', attempts: 2, epochsDone: 0, history: [], error: null })
    expect(trial?.metrics).toMatchObject({ loss: null, val_acc: null, test_acc: null })
    expect(trial?.startedAt).toBe(before?.startedAt)
    expect(trial?.attemptHistory).toMatchObject([
      { number: 1, outcome: 'failed', error: FAILURE },
      { number: 2, outcome: 'running', error: null },
    ])
  })
})

describe('recordEpoch', () => {
  it('keeps each epoch and makes the last one the metrics of the trial', async () => {
    const { trialId, fence } = await startOne(world.store)
    for (const epoch of [1, 2, 3])
      expect(await world.store.recordEpoch(fence, makeEpoch(epoch), LEASE_MS)).toBe(true)
    const trial = await world.store.findTrial(trialId)
    expect(trial?.history).toEqual([1, 2, 3].map((epoch) => makeEpoch(epoch)))
    expect(trial).toMatchObject({ epochsDone: 3, epochs: 4, metrics: { loss: 1 / 3, test_loss: null } })
  })

  it('takes an epoch once, however often and with whatever numbers it comes again', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.recordEpoch(fence, makeEpoch(1), LEASE_MS)
    await world.store.recordEpoch(fence, makeEpoch(2), LEASE_MS)
    const before = await world.store.findTrial(trialId)
    const again = [1, 2, 2, 1].map((epoch) =>
      world.store.recordEpoch(fence, makeEpoch(epoch, { loss: 9 }), LEASE_MS),
    )
    expect(await Promise.all(again)).toEqual([true, true, true, true])
    expect({ ...(await world.store.findTrial(trialId)), durationMs: 0 }).toEqual({ ...before, durationMs: 0 })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a loss of %d', async (loss) => {
    const { trialId, fence } = await startOne(world.store)
    const diverged = world.store.recordEpoch(fence, makeEpoch(1, { loss }), LEASE_MS)
    await expect(diverged).rejects.toThrow(/loss of epoch 1 of trial .* is (NaN|Infinity)/)
    expect(await world.store.findTrial(trialId)).toMatchObject({ epochsDone: 0, history: [] })
  })
})

describe('completeTrial', () => {
  it('stores the score and the metrics of the kept epoch, and ends trial and attempt', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.recordEpoch(fence, makeEpoch(1), LEASE_MS)
    await world.store.recordEpoch(fence, makeEpoch(2), LEASE_MS)
    expect(await world.store.completeTrial(fence, SCORE, makeEpoch(1))).toBe(true)
    const trial = await world.store.findTrial(trialId)
    expect(trial).toMatchObject({ state: 'completed', epochsDone: 2, score: SCORE, error: null })
    expect(trial?.metrics).toEqual({
      loss: 1,
      acc: 0.5,
      val_loss: 1.25,
      val_acc: 0.4,
      test_loss: 0.3,
      test_acc: 0.91,
    })
    expect(trial?.durationMs).toBeGreaterThanOrEqual(0)
    expect(trial?.attemptHistory).toMatchObject([{ outcome: 'completed', finishedAt: trial?.finishedAt }])
  })

  it('gives a trial one result when 10 completions and failures race', async () => {
    const { trialId, fence } = await startOne(world.store)
    const racing = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0
        ? world.store.completeTrial(fence, { ...SCORE, test_loss: i }, makeEpoch(1))
        : world.store.failTrial(fence, FAILURE),
    )
    expect((await Promise.all(racing)).filter(Boolean)).toHaveLength(1)
    const trial = await world.store.findTrial(trialId)
    expect(trial?.state === 'completed').toBe(trial?.score !== null)
  })

  it('refuses a score that is not a number', async () => {
    const { fence } = await startOne(world.store)
    const bad = world.store.completeTrial(fence, { ...SCORE, test_acc: Number.NaN }, makeEpoch(1))
    await expect(bad).rejects.toThrow(/test_acc of the score/)
  })
})

describe('failTrial and requeueTrial', () => {
  it('failTrial keeps the error, in a form that Postgres can store', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.failTrial(fence, { class: 'out-of-memory', message: 'half \ud800 and zero \0 of it' })
    const error = { class: 'out-of-memory', message: 'half \ufffd and zero \ufffd of it' }
    const trial = await world.store.findTrial(trialId)
    expect(trial).toMatchObject({ state: 'failed', error, attemptHistory: [{ outcome: 'failed', error }] })
  })

  it('requeueTrial lets the trial wait for its next attempt, which starts after the delay', async () => {
    const { trialId, fence } = await startOne(world.store)
    const ending = { outcome: 'released', error: null, delayMs: 90_000 } as const
    expect(await world.store.requeueTrial(fence, ending)).toBe(true)
    const waiting = await world.store.listWaitingTrials({ limit: 1000 })
    const mine = waiting.find((trial) => trial.trialId === trialId)
    expect(mine?.attempt).toBe(2)
    expect(mine?.delayMs).toBeGreaterThan(60_000)
    expect(mine?.delayMs).toBeLessThanOrEqual(90_000)
  })
})

const REPORTS: [name: string, report: (store: SweepStore, fence: Fence) => Promise<boolean>][] = [
  ['renewLease', (store, fence) => store.renewLease(fence, LEASE_MS)],
  ['recordEpoch', (store, fence) => store.recordEpoch(fence, makeEpoch(2), LEASE_MS)],
  ['completeTrial', (store, fence) => store.completeTrial(fence, SCORE, makeEpoch(1))],
  ['failTrial', (store, fence) => store.failTrial(fence, FAILURE)],
  [
    'requeueTrial',
    (store, fence) => store.requeueTrial(fence, { outcome: 'failed', error: FAILURE, delayMs: 0 }),
  ],
]

describe.each(REPORTS)('%s', (_name, report) => {
  it('changes nothing for an attempt that is not the running one', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.requeueTrial(fence, { outcome: 'released', error: null, delayMs: 0 })
    await claim(world.store, trialId, 2)
    await world.store.recordEpoch({ trialId, attempt: 2 }, makeEpoch(1), LEASE_MS)
    const before = await world.store.findTrial(trialId)
    for (const attempt of [0, 1, 3]) expect(await report(world.store, { trialId, attempt })).toBe(false)
    expect({ ...(await world.store.findTrial(trialId)), durationMs: 0 }).toEqual({ ...before, durationMs: 0 })
  })

  it('changes nothing once the trial has ended', async () => {
    const { trialId, fence } = await startOne(world.store)
    await world.store.completeTrial(fence, SCORE, makeEpoch(4))
    const before = await world.store.findTrial(trialId)
    expect(await report(world.store, fence)).toBe(false)
    expect(await world.store.findTrial(trialId)).toEqual(before)
  })

  it.each([randomUUID(), 'not-an-id', ''])('answers false for the unknown trial "%s"', async (trialId) => {
    expect(await report(world.store, { trialId, attempt: 1 })).toBe(false)
  })
})
