import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  createRates,
  EPOCH,
  getOnlyTrial,
  LEASE_MS,
  type MemoryPorts,
  reconcileTwice,
  SCORE,
  startNext,
  startOneTrial,
  takeNext,
} from '../../test/create-memory-ports.js'
import { reconcile } from '../queueing/reconcile.js'
import { resumeSweep } from '../sweeps/change-sweep.js'
import { retryTrial } from './change-trial.js'
import { failTrial, finishTrial, releaseTrial } from './report-attempt.js'

const policy = { maxAttempts: 2, backoffMs: 1000 }
const broken = { class: 'infrastructure', message: 'the child process died' } as const
const outOfMemory = { class: 'out-of-memory', message: 'no 4 GiB are free' } as const
const diverged = { class: 'diverged', message: 'the loss is not a number' } as const

describe('failTrial', () => {
  it('lets the trial wait for its next attempt, whose job is delayed', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    expect(await failTrial(ports, trial, broken, policy)).toBe('retried')
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'queued', error: null, attempts: 1 })
    expect(ports.queue.listReady()).toEqual([])
    ports.pass(policy.backoffMs)
    expect(ports.queue.listReady()).toEqual([{ trialId: trial.trialId, attempt: 2 }])
  })

  it('fails the trial for good when its attempts are spent, and completes the sweep', async () => {
    const ports = createMemoryPorts()
    await failTrial(ports, await startOneTrial(ports), broken, policy)
    ports.pass(policy.backoffMs)
    const second = await startNext(ports)
    expect(await failTrial(ports, second, broken, policy)).toBe('failed')
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'failed', error: broken })
    expect(await ports.store.findSweep(second.sweepId)).toMatchObject({ state: 'completed' })
  })

  it('fails a diverged trial at once', async () => {
    const ports = createMemoryPorts()
    expect(await failTrial(ports, await startOneTrial(ports), diverged, policy)).toBe('failed')
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'failed', error: diverged })
  })

  it('does not count attempts that were released or whose worker was killed', async () => {
    const ports = createMemoryPorts()
    await releaseTrial(ports, await startOneTrial(ports))
    await startNext(ports)
    ports.pass(2 * LEASE_MS)
    await reconcile(ports)
    const third = await startNext(ports)
    expect(third.attempt).toBe(3)
    expect(await failTrial(ports, third, broken, policy)).toBe('retried')
    expect(ports.queue.listDelaysMs()).toEqual([policy.backoffMs])
  })

  it('changes nothing for an attempt that is over', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await finishTrial(ports, trial, SCORE, EPOCH)
    const before = await getOnlyTrial(ports)
    expect(await failTrial(ports, trial, broken, policy)).toBe('stale')
    expect(await failTrial(ports, trial, diverged, policy)).toBe('stale')
    expect(await releaseTrial(ports, trial)).toBe(false)
    expect(await getOnlyTrial(ports)).toEqual(before)
    expect(ports.queue.listReady()).toEqual([])
  })

  it('succeeds while the queue is down, and reconcile queues the trial later', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    ports.queue.isDown = true
    expect(await releaseTrial(ports, trial)).toBe(true)
    ports.queue.isDown = false
    expect(await reconcileTwice(ports)).toEqual({
      expired: 0,
      enqueued: 1,
      completedSweeps: 0,
      grownSweeps: 0,
    })
    expect(await startNext(ports)).toMatchObject({ attempt: 2 })
  })

  it('repeats a trial that ran out of memory once, alone on its worker, and then fails it', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    expect(trial.alone).toBe(false)
    expect(await failTrial(ports, trial, outOfMemory, policy)).toBe('retried')
    ports.pass(policy.backoffMs)
    const second = await startNext(ports)
    expect(second).toMatchObject({ attempt: 2, alone: true })
    expect(await failTrial(ports, second, outOfMemory, policy)).toBe('failed')
    expect(await getOnlyTrial(ports)).toMatchObject({ state: 'failed', error: outOfMemory })
  })

  it('keeps such a trial alone through other interruptions, until a person retries it', async () => {
    const ports = createMemoryPorts()
    await failTrial(ports, await startOneTrial(ports), outOfMemory, policy)
    ports.pass(policy.backoffMs)
    await releaseTrial(ports, await startNext(ports))
    const third = await startNext(ports)
    expect(third.alone).toBe(true)
    await failTrial(ports, third, diverged, policy)
    await retryTrial(ports, third.trialId)
    expect(await startNext(ports)).toMatchObject({ attempt: 4, alone: false })
  })

  it('counts each class of failure by itself', async () => {
    const ports = createMemoryPorts()
    await failTrial(ports, await startOneTrial(ports), outOfMemory, policy)
    ports.pass(policy.backoffMs)
    expect(await failTrial(ports, await startNext(ports), broken, policy)).toBe('retried')
    expect(ports.queue.listDelaysMs()).toEqual([policy.backoffMs])
    ports.pass(policy.backoffMs)
    expect(await failTrial(ports, await startNext(ports), broken, policy)).toBe('failed')
  })
})

describe('a sweep of which too many trials fail', () => {
  it('pauses itself, says why and what to do, and starts nothing more', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 12, { maxFailureShare: 0.5 })
    for (let done = 0; done < 4; done++) await finishTrial(ports, await startNext(ports), SCORE, EPOCH)
    await failNext(ports, 5)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'running', pauseReason: null })
    await failNext(ports, 1)
    expect(await ports.store.findSweep(id)).toMatchObject({
      state: 'paused',
      pauseReason:
        '6 of 10 ended trials failed, more than maxFailureShare 0.5; last error: the loss is not a number; ' +
        'fix the cause, then resume the sweep to continue without them, or retry it to train them again',
    })
    expect(await takeNext(ports)).toBeUndefined()
  })

  it('continues when it is resumed, as if those had not failed', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 24, { maxFailureShare: 0.5 })
    await failNext(ports, 10)
    expect(await resumeSweep(ports, id)).toMatchObject({ state: 'running', pauseReason: null })
    await failNext(ports, 9)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'running' })
    await failNext(ports, 1)
    expect(await ports.store.findSweep(id)).toMatchObject({
      state: 'paused',
      pauseReason: expect.stringContaining('10 of 10 ended trials failed'),
    })
  })

  it('pauses at the first failure if its maxFailureShare is 0', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 12, { maxFailureShare: 0 })
    await finishTrial(ports, await startNext(ports), SCORE, EPOCH)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'running' })
    await failNext(ports, 1)
    expect(await ports.store.findSweep(id)).toMatchObject({
      state: 'paused',
      pauseReason: expect.stringContaining('1 of 2 ended trials failed'),
    })
  })

  it('continues whatever fails if its maxFailureShare is 1', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 12, { maxFailureShare: 1 })
    await failNext(ports, 11)
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'running' })
  })

  async function failNext(ports: MemoryPorts, count: number): Promise<void> {
    for (let failed = 0; failed < count; failed++)
      await failTrial(ports, await startNext(ports), diverged, policy)
  }
})
