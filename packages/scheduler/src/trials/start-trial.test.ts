import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  createRates,
  EPOCH,
  getOnlyTrial,
  LEASE_MS,
  type MemoryPorts,
  reconcileTwice,
  startNext,
  startOneTrial,
  takeNext,
} from '../../test/create-memory-ports.js'
import { reconcile } from '../queueing/reconcile.js'
import { retryTrial } from './change-trial.js'
import { releaseTrial, reportEpoch } from './report-attempt.js'
import { MAX_EXPIRED_IN_A_ROW, startTrial } from './start-trial.js'

describe('startTrial', () => {
  it('gives the worker what it needs to train', async () => {
    const trial = await startOneTrial(createMemoryPorts())
    expect(trial).toMatchObject({ attempt: 1, number: 0, dataset: 'fashion-mnist', seed: 2019 })
    expect(trial.hyperparameters).toMatchObject({ kernel: 3, epochs: 20 })
  })

  it('returns undefined when the same job is delivered again', async () => {
    const ports = createMemoryPorts()
    await startOneTrial(ports)
    expect(await startTrial(ports, { workerId: 'other', leaseMs: LEASE_MS })).toBeUndefined()
  })

  it('fails a trial that one worker after another did not survive', async () => {
    const ports = createMemoryPorts()
    await startOneTrial(ports)
    for (let expired = 1; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    expect(await takeNext(ports)).toBeUndefined()
    const trial = await getOnlyTrial(ports)
    expect(trial).toMatchObject({ state: 'failed', error: { class: 'infrastructure' } })
    expect(await ports.store.findSweep(trial.sweepId)).toMatchObject({ state: 'completed' })
  })

  it('continues a trial that was interrupted as often, but not always by a dead worker', async () => {
    const ports = createMemoryPorts()
    await startOneTrial(ports)
    for (let expired = 1; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    const running = await getOnlyTrial(ports)
    const fence = { trialId: running.id, attempt: running.attempts }
    await ports.store.requeueTrial(fence, { outcome: 'released', error: null, delayMs: 0 })
    await reconcileTwice(ports)
    const trial = await startNext(ports)
    expect(trial.attempt).toBe(MAX_EXPIRED_IN_A_ROW + 1)
    expect(await releaseTrial(ports, trial)).toBe(true)
  })

  it('forgives every silent worker once an attempt has trained an epoch to its end', async () => {
    const ports = createMemoryPorts()
    const first = await startOneTrial(ports)
    await reportEpoch(ports, first, EPOCH, Uint8Array.of(1), LEASE_MS)
    for (let expired = 0; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    expect(await getOnlyTrial(ports)).toMatchObject({
      state: 'running',
      attempts: MAX_EXPIRED_IN_A_ROW + 1,
      epochsDone: 1,
    })
  })

  it('says which epoch the workers did not survive', async () => {
    const ports = createMemoryPorts()
    const first = await startOneTrial(ports)
    await reportEpoch(ports, first, EPOCH, Uint8Array.of(1), LEASE_MS)
    for (let expired = 0; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    expect(await takeNext(ports)).toBeUndefined()
    const message = `${MAX_EXPIRED_IN_A_ROW} workers in a row stopped reporting while they trained epoch 2`
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'failed', error: { message } })
  })

  it('counts silent workers afresh after a retry', async () => {
    const ports = createMemoryPorts()
    const { trialId } = await startOneTrial(ports)
    for (let expired = 1; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    await takeNext(ports)
    await retryTrial(ports, trialId)
    await startNext(ports)
    for (let expired = 1; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'running' })
  })

  it('goes on to the next trial after one that no worker survives', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2, { maxParallel: 1 })
    await startNext(ports)
    for (let expired = 1; expired < MAX_EXPIRED_IN_A_ROW; expired++) await expireAndRestart(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    expect(await takeNext(ports)).toMatchObject({ number: 1, attempt: 1 })
    expect(await ports.store.findSweep(id)).toMatchObject({ trialCounts: { failed: 1, running: 1 } })
  })
})

async function expireAndRestart(ports: MemoryPorts): Promise<void> {
  ports.pass(2 * LEASE_MS)
  await reconcile(ports)
  await startNext(ports)
}
