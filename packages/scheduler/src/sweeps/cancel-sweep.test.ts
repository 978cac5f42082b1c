import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  completeOneTrial,
  createMemoryPorts,
  createRates,
  EPOCH,
  LEASE_MS,
  SCORE,
  startNext,
  takeNext,
} from '../../test/create-memory-ports.js'
import { finishTrial, reportEpoch } from '../trials/report-attempt.js'
import { cancelSweep, pauseSweep } from './change-sweep.js'

describe('cancelSweep', () => {
  it('ends what waits and what runs, and has the worker stop', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 3)
    await finishTrial(ports, await startNext(ports), SCORE, EPOCH)
    const running = await startNext(ports)
    const cancelled = await cancelSweep(ports, id)
    expect(cancelled).toMatchObject({ state: 'cancelled', trialCounts: { completed: 1, cancelled: 2 } })
    expect(await cancelSweep(ports, id)).toEqual(cancelled)
    expect(await reportEpoch(ports, running, EPOCH, undefined, LEASE_MS)).toBe('stop')
    expect(await finishTrial(ports, running, SCORE, EPOCH)).toBe(false)
    expect(await takeNext(ports)).toBeUndefined()
    expect(await ports.store.findSweep(id)).toEqual(cancelled)
  })

  it('queues no more jobs of a sweep that was created a moment ago', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 5000)
    const queued = ports.queue.listReady().length
    expect(queued).toBeGreaterThanOrEqual(2000)
    expect(queued).toBeLessThan(5000)
    await cancelSweep(ports, id)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(ports.queue.listReady().length).toBeLessThan(5000)
  })

  it('ends a paused sweep as well', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 1)
    await pauseSweep(ports, id)
    expect(await cancelSweep(ports, id)).toMatchObject({ state: 'cancelled', pauseReason: null })
  })

  it('refuses a completed sweep, and says how to forget it', async () => {
    const ports = createMemoryPorts()
    const { sweepId } = await completeOneTrial(ports)
    const refusal = cancelSweep(ports, sweepId)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The sweep ${sweepId} is completed: there is nothing left to cancel; it can be deleted.`,
    )
    await expect(refusal).rejects.toMatchObject({ action: { name: 'delete', sweepId } })
  })

  it('does not know a sweep that there is not', async () => {
    await expect(cancelSweep(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
