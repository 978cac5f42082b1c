import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  EPOCH,
  getOnlyTrial,
  LEASE_MS,
  SCORE,
  startNext,
  startOneTrial,
} from '../test/create-memory-ports.js'
import { failTrial, releaseTrial } from './fail-trial.js'
import { finishTrial } from './finish-trial.js'
import { reconcile } from './reconcile.js'

const policy = { maxAttempts: 2, backoffMs: 1000 }
const broken = { class: 'infrastructure', message: 'the child process died' } as const
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
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 1, completedSweeps: 0 })
    expect(await startNext(ports)).toMatchObject({ attempt: 2 })
  })
})
