import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { createMemoryPorts, createRates, EPOCH, SCORE, startNext } from '../../test/create-memory-ports.js'
import { failTrial, finishTrial } from '../trials/report-attempt.js'
import { cancelSweep, pauseSweep, retrySweep } from './change-sweep.js'

const diverged = { class: 'diverged', message: 'the loss is not a number' } as const
const policy = { maxAttempts: 1, backoffMs: 1 }

async function endThreeOfWhichTwoFail(ports: ReturnType<typeof createMemoryPorts>): Promise<string> {
  const { id } = await createRates(ports, 3)
  for (let failed = 0; failed < 2; failed++) await failTrial(ports, await startNext(ports), diverged, policy)
  await finishTrial(ports, await startNext(ports), SCORE, EPOCH)
  return id
}

describe('retrySweep', () => {
  it('queues the failed trials again, and no other, counts them, and lets the sweep run', async () => {
    const ports = createMemoryPorts()
    const id = await endThreeOfWhichTwoFail(ports)
    expect(await retrySweep(ports, id)).toEqual({ retried: 2 })
    expect(await ports.store.findSweep(id)).toMatchObject({
      state: 'running',
      finishedAt: null,
      trialCounts: { queued: 2, completed: 1, failed: 0 },
    })
    expect(ports.queue.listReady()).toHaveLength(2)
    expect(await startNext(ports)).toMatchObject({ number: 0, attempt: 2, epochsDone: 0 })
  })

  it('counts 0 the second time, and leaves a sweep without failures as it is', async () => {
    const ports = createMemoryPorts()
    const id = await endThreeOfWhichTwoFail(ports)
    await retrySweep(ports, id)
    expect(await retrySweep(ports, id)).toEqual({ retried: 0 })
    for (let left = 2; left > 0; left--) await finishTrial(ports, await startNext(ports), SCORE, EPOCH)
    expect(await retrySweep(ports, id)).toEqual({ retried: 0 })
    expect(await ports.store.findSweep(id)).toMatchObject({
      state: 'completed',
      accounting: { completed: 3, failed: 0, attemptsBeyondFirst: { total: 2, byReason: { retried: 2 } } },
    })
  })

  it('lets a paused sweep run, if a trial of it had failed', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    await pauseSweep(ports, id)
    expect(await retrySweep(ports, id)).toEqual({ retried: 0 })
    expect(await ports.store.findSweep(id)).toMatchObject({ state: 'paused' })
    const { id: failing } = await createRates(ports, 2, { priority: 1 })
    await failTrial(ports, await startNext(ports), diverged, policy)
    await pauseSweep(ports, failing)
    expect(await retrySweep(ports, failing)).toEqual({ retried: 1 })
    expect(await ports.store.findSweep(failing)).toMatchObject({ state: 'running', pauseReason: null })
  })

  it('refuses a cancelled sweep, and says to create it again', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 2)
    await failTrial(ports, await startNext(ports), diverged, policy)
    await cancelSweep(ports, id)
    const refusal = retrySweep(ports, id)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The sweep ${id} is cancelled: its trials stay as they are; create it again to train them.`,
    )
  })

  it('does not know a sweep that there is not', async () => {
    await expect(retrySweep(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
