import { IdempotencyKeyReusedError, InvalidInputError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { createMemoryPorts, reconcileTwice } from '../../test/create-memory-ports.js'
import { reconcile } from '../queueing/reconcile.js'
import { createSweep } from './create-sweep.js'

describe('createSweep', () => {
  it('stores one queued trial for each point, numbered from 0, and queues a job for each in that order', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(
      ports,
      { name: 'lr', space: { lr: [0.1, 0.01, 0.001] } },
      { maxTrials: 3 },
    )
    expect(sweep).toMatchObject({ name: 'lr', state: 'running', trialCounts: { total: 3, queued: 3 } })
    const trials = await ports.store.listDetails()
    expect(trials.map(({ number, hyperparameters }) => [number, hyperparameters.lr])).toEqual([
      [0, 0.1],
      [1, 0.01],
      [2, 0.001],
    ])
    expect(ports.queue.listReady()).toEqual(trials.map(({ id }) => ({ trialId: id, attempt: 1 })))
  })

  it('stores the sweep while the queue is down, and reconcile queues its trials later', async () => {
    const ports = createMemoryPorts()
    ports.queue.isDown = true
    await createSweep(ports, { name: 'lr', space: { lr: [0.1, 0.01] } }, { maxTrials: 2 })
    await expect(reconcile(ports)).rejects.toThrow('the queue cannot be reached')
    ports.queue.isDown = false
    expect(await reconcileTwice(ports)).toEqual({
      expired: 0,
      enqueued: 2,
      completedSweeps: 0,
      grownSweeps: 0,
    })
    expect(ports.queue.listReady()).toHaveLength(2)
  })

  it.each([
    ['a fault', { name: 'x', space: { lr: [] } }],
    ['more points than allowed', { name: 'x', space: { lr: [0.1, 0.2, 0.3] } }],
    ['a point that cannot be built', { name: 'x', space: { kernel: [3, 30] } }],
  ])('stores nothing of a definition with %s', async (_, input) => {
    const ports = createMemoryPorts()
    await expect(createSweep(ports, input, { maxTrials: 2 })).rejects.toThrow()
    expect((await ports.store.listSweeps({ limit: 10 })).items).toEqual([])
    expect(ports.queue.listReady()).toEqual([])
  })

  it('leaves the caller with the store’s error when nothing was stored', async () => {
    const ports = createMemoryPorts()
    const unreachable = () => Promise.reject(new Error('the database is away'))
    const store = Object.assign(Object.create(ports.store), { insertSweep: unreachable })
    const attempt = createSweep({ ...ports, store }, { name: 'x', space: {} }, { maxTrials: 1 })
    await expect(attempt).rejects.toThrow('the database is away')
    await expect(attempt).rejects.not.toBeInstanceOf(InvalidInputError)
    expect(ports.queue.listReady()).toEqual([])
  })

  it('returns the sweep of its idempotency key for the same request, and queues nothing again', async () => {
    const ports = createMemoryPorts()
    const input = { name: 'lr', space: { lr: [0.1, 0.01] } }
    const first = await createSweep(ports, input, { maxTrials: 2 }, 'key')
    ports.queue.flush()
    // The order of fields and what is left to the defaults make no other request.
    const again = await createSweep(
      ports,
      { space: input.space, name: 'lr', seed: 2019 },
      { maxTrials: 2 },
      'key',
    )
    expect([first.isNew, again.isNew]).toEqual([true, false])
    expect(again.sweep).toEqual(first.sweep)
    expect(ports.queue.listReady()).toEqual([])
    expect((await createSweep(ports, input, { maxTrials: 2 })).isNew).toBe(true)
  })

  it('refuses another definition under the same key, naming the sweep', async () => {
    const ports = createMemoryPorts()
    const { sweep } = await createSweep(ports, { name: 'a', space: {} }, { maxTrials: 1 }, 'key')
    const refusal = createSweep(ports, { name: 'b', space: {} }, { maxTrials: 1 }, 'key')
    await expect(refusal).rejects.toBeInstanceOf(IdempotencyKeyReusedError)
    await expect(refusal).rejects.toThrow(`This Idempotency-Key already created the sweep ${sweep.id}`)
    expect((await ports.store.listSweeps({ limit: 10 })).items).toHaveLength(1)
  })

  it('queues no more jobs than maxParallel lets start', async () => {
    const ports = createMemoryPorts()
    await createSweep(
      ports,
      { name: 'lr', space: { lr: [0.1, 0.01, 0.001] }, maxParallel: 2 },
      { maxTrials: 3 },
    )
    expect(ports.queue.listReady()).toHaveLength(2)
  })
})
