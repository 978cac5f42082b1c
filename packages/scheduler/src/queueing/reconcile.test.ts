import { describe, expect, it } from 'vitest'
import {
  createMemoryPorts,
  createRates,
  EPOCH,
  LEASE_MS,
  SCORE,
  startOneTrial,
} from '../../test/create-memory-ports.js'
import { cancelSweep } from '../sweeps/change-sweep.js'
import { createSweep } from '../sweeps/create-sweep.js'
import { failTrial } from '../trials/report-attempt.js'
import { JobWatch, reconcile } from './reconcile.js'

describe('reconcile', () => {
  it('repairs nothing if nothing is broken', async () => {
    const ports = createMemoryPorts()
    await startOneTrial(ports)
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 0, grownSweeps: 0 })
  })

  it('queues the trial of a worker that went silent', async () => {
    const ports = createMemoryPorts()
    const { trialId } = await startOneTrial(ports)
    ports.pass(LEASE_MS + 1)
    expect(await reconcile(ports)).toEqual({ expired: 1, enqueued: 0, completedSweeps: 0, grownSweeps: 0 })
    expect(ports.queue.listReady()).toEqual([{ trialId, attempt: 2 }])
  })

  it('fills an emptied queue with every waiting trial, page by page', async () => {
    const ports = createMemoryPorts()
    const lr = { min: 0.001, max: 1, steps: 1001 }
    await createSweep(ports, { name: 'many', space: { lr } }, { maxTrials: 1001 })
    const before = ports.queue.listReady().map(({ trialId }) => trialId)
    ports.queue.flush()
    const watch = new JobWatch()
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 0 })
    expect(watch.missing).toBe(1001)
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 1001 })
    expect(new Set(ports.queue.listReady().map(({ trialId }) => trialId))).toEqual(new Set(before))
  })

  it('completes a sweep whose worker died between the last result and the end of the sweep', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    await ports.store.completeTrial(trial, SCORE, EPOCH)
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 1, grownSweeps: 0 })
    expect(await reconcile(ports)).toEqual({ expired: 0, enqueued: 0, completedSweeps: 0, grownSweeps: 0 })
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

  it('offers only what is missing, and that only once it is missing at two looks', async () => {
    const ports = createMemoryPorts()
    await createRates(ports, 5)
    const [lost, alsoLost, ...held] = ports.queue.listReady()
    if (lost === undefined || alsoLost === undefined) throw new Error('five jobs are ready')
    for (const job of [lost, alsoLost]) ports.queue.remove(job)
    const watch = new JobWatch()
    await reconcile(ports, watch)
    expect(ports.queue.listReady()).toEqual(held)
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 2 })
    expect(ports.queue.listReady()).toEqual([...held, ...[lost, alsoLost].sort(byId)])
    expect(watch.missing).toBe(0)
  })

  it('leaves a queue alone that somebody else is filling', async () => {
    const ports = createMemoryPorts()
    await createRates(ports, 5)
    const jobs = ports.queue.listReady()
    ports.queue.flush()
    const watch = new JobWatch()
    await reconcile(ports, watch)
    await ports.queue.enqueue(jobs.slice(0, 2))
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 0 })
    expect(watch.missing).toBe(3)
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 3 })
  })

  it('sees a lost job through the delayed left-over of a cancelled sweep', async () => {
    const ports = createMemoryPorts()
    const trial = await startOneTrial(ports)
    const error = { class: 'infrastructure', message: 'no network' } as const
    await failTrial(ports, trial, error, { maxAttempts: 2, backoffMs: 3_600_000 })
    await cancelSweep(ports, trial.sweepId)
    await createRates(ports, 1)
    const [job] = ports.queue.listReady()
    if (job === undefined) throw new Error('one job is ready')
    ports.queue.remove(job)
    const watch = new JobWatch()
    await reconcile(ports, watch)
    expect(await reconcile(ports, watch)).toMatchObject({ enqueued: 1 })
    expect(ports.queue.listReady()).toEqual([job])
  })
})

const byId = (a: { trialId: string }, b: { trialId: string }) => (a.trialId < b.trialId ? -1 : 1)
