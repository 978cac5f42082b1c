import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import {
  completeOneTrial,
  createMemoryPorts,
  createRates,
  startNext,
} from '../../test/create-memory-ports.js'
import { pauseSweep, resumeSweep } from './change-sweep.js'

describe('resumeSweep', () => {
  it('queues a job for each trial that waits, even if the queue lost them', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 3)
    await pauseSweep(ports, id)
    ports.queue.flush()
    expect(await resumeSweep(ports, id)).toMatchObject({ state: 'running', pauseReason: null })
    expect(ports.queue.listReady()).toHaveLength(3)
    expect(await startNext(ports)).toMatchObject({ attempt: 1 })
  })

  it('queues no more jobs than maxParallel has room for', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 3, { maxParallel: 2 })
    await startNext(ports)
    await pauseSweep(ports, id)
    ports.queue.flush()
    await resumeSweep(ports, id)
    expect(ports.queue.listReady()).toHaveLength(1)
  })

  it('changes nothing of a sweep that runs', async () => {
    const ports = createMemoryPorts()
    const sweep = await createRates(ports, 1)
    expect(await resumeSweep(ports, sweep.id)).toEqual(sweep)
  })

  it('refuses a sweep that has ended, and points to retry', async () => {
    const ports = createMemoryPorts()
    const { sweepId } = await completeOneTrial(ports)
    const refusal = resumeSweep(ports, sweepId)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow(
      `The sweep ${sweepId} is completed: only a paused sweep can be resumed; ` +
        'retry queues the failed trials of a completed one again.',
    )
  })

  it('does not know a sweep that there is not', async () => {
    await expect(resumeSweep(createMemoryPorts(), 'nothing')).rejects.toBeInstanceOf(NotFoundError)
  })
})
