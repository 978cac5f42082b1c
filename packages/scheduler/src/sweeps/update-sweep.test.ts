import { InvalidInputError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { createMemoryPorts, createRates, startNext, takeNext } from '../../test/create-memory-ports.js'
import { updateSweep } from './change-sweep.js'

describe('updateSweep', () => {
  it('lets the next claim go to the sweep whose priority was raised', async () => {
    const ports = createMemoryPorts()
    await createRates(ports, 2)
    const { id } = await createRates(ports, 2)
    expect(await updateSweep(ports, id, { priority: 5 })).toMatchObject({ priority: 5, maxParallel: null })
    expect(await startNext(ports)).toMatchObject({ sweepId: id })
  })

  it('queues jobs for the trials that a higher maxParallel has room for', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 4, { maxParallel: 1 })
    await startNext(ports)
    expect(ports.queue.listReady()).toEqual([])
    expect(await updateSweep(ports, id, { maxParallel: 3 })).toMatchObject({ maxParallel: 3 })
    expect(ports.queue.listReady()).toHaveLength(2)
    await updateSweep(ports, id, { maxParallel: null })
    expect(ports.queue.listReady()).toHaveLength(3)
  })

  it('starts nothing while more run than a lower maxParallel allows', async () => {
    const ports = createMemoryPorts()
    const { id } = await createRates(ports, 3)
    await startNext(ports)
    await startNext(ports)
    await updateSweep(ports, id, { maxParallel: 1 })
    expect(await takeNext(ports)).toBeUndefined()
    expect(await ports.store.findSweep(id)).toMatchObject({ trialCounts: { running: 2, queued: 1 } })
  })

  it.each([
    [{ priority: 101 }, '#/priority'],
    [{ maxParallel: 0 }, '#/maxParallel'],
    [{ name: 'other' }, '#/name'],
    [{}, '#'],
  ])('refuses %j and changes nothing', async (input, pointer) => {
    const ports = createMemoryPorts()
    const sweep = await createRates(ports, 1)
    const refusal = updateSweep(ports, sweep.id, input)
    await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refusal).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ pointer })]),
    })
    expect(await ports.store.findSweep(sweep.id)).toEqual(sweep)
  })

  it('does not know a sweep that there is not', async () => {
    const refusal = updateSweep(createMemoryPorts(), 'nothing', { priority: 1 })
    await expect(refusal).rejects.toBeInstanceOf(NotFoundError)
  })
})
