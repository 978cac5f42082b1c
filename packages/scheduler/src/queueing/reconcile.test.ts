import { describe, expect, it } from 'vitest'
import { createMemoryPorts, EPOCH, LEASE_MS, SCORE, startOneTrial } from '../../test/create-memory-ports.js'
import { createSweep } from '../sweeps/create-sweep.js'
import { reconcile } from './reconcile.js'

describe('reconcile', () => {
  it('repairs nothing where nothing is broken', async () => {
    const ports = createMemoryPorts()
    await startOneTrial(ports)
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 0 })
  })

  it('queues the trial of a worker that went silent', async () => {
    const ports = createMemoryPorts()
    const { trialId } = await startOneTrial(ports)
    ports.pass(LEASE_MS + 1)
    expect(await reconcile(ports)).toEqual({ expired: 1, enqueued: 0, completedSweeps: 0 })
    expect(ports.queue.listReady()).toEqual([{ trialId, attempt: 2 }])
  })

  it('fills an emptied queue with every waiting trial, page by page', async () => {
    const ports = createMemoryPorts()
    const lr = { min: 0.001, max: 1, steps: 1001 }
    await createSweep(ports, { name: 'many', space: { lr } }, { maxTrials: 1001 })
    const before = ports.queue.listReady().map(({ trialId }) => trialId)
    ports.queue.flush()
    expect(await reconcile(ports)).toMatchObject({ enqueued: 1001 })
    expect(new Set(ports.queue.listReady().map(({ trialId }) => trialId))).toEqual(new Set(before))
  })

  it('completes a sweep whose worker died between the last result and the end of the sweep', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await ports.store.completeTrial(trial, SCORE, EPOCH)
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 1 })
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 0 })
    expect(await ports.store.findSweep(trial.sweepId)).toMatchObject({ state: 'completed' })
  })

  it('looks at every running sweep, however many there are', async () => {
    const ports = createMemoryPorts()
    const first = await startOneTrial(ports)
    for (let n = 0; n < 101; n++)
      await createSweep(ports, { name: `later ${n}`, space: {} }, { maxTrials: 1 })
    await ports.store.completeTrial(first, SCORE, EPOCH)
    expect(await reconcile(ports)).toMatchObject({ completedSweeps: 1 })
  })

  it('repairs the store even while the queue is down', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await ports.store.completeTrial(trial, SCORE, EPOCH)
    ports.queue.isDown = true
    await expect(reconcile(ports)).rejects.toThrow('the queue cannot be reached')
    expect(await ports.store.findSweep(trial.sweepId)).toMatchObject({ state: 'completed' })
  })
})
