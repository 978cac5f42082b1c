import type { GpuShare, NewWorker } from '@sweepd/scheduler'
import { waitUntil } from '@sweepd/testing'
import { describe, expect, it } from 'vitest'
import { LEASE_MS } from './scenes.js'
import type { UseStore } from './use-store.js'

const make = (id: string, slots = 1): NewWorker => {
  return { id, host: 'box', device: 'GPU', engine: 'onnx cuda', slots, version: '0.1.0', pid: 42 }
}

/** How every store gives GPUs to workers. */
export function describeGpuLeases(useStore: UseStore): void {
  describe('leases of GPUs', () => {
    const world = useStore()
    // Stores of tests share a database: each test has GPUs of its own.
    let tests = 0
    const nameGpus = (count: number) => {
      tests += 1
      return Array.from({ length: count }, (_, index) => `GPU-${tests}-${index}`)
    }
    const lease = (
      workerId: string,
      gpus: readonly string[],
      { limit = 1, sharesPerGpu = 1, leaseMs = LEASE_MS } = {},
    ) => world.store.leaseGpus({ workerId, leaseMs, gpus, sharesPerGpu, limit })
    const beat = (id: string, gpus: readonly GpuShare[], leaseMs = LEASE_MS) =>
      world.store.beat({ worker: make(id), leaseMs, attempts: [], gpus })

    it('give each worker what it asks for while GPUs are free, and nobody the same', async () => {
      const gpus = nameGpus(3)
      expect(await lease('a', gpus, { limit: 2 })).toEqual([
        { gpu: gpus[0], share: 0 },
        { gpu: gpus[1], share: 0 },
      ])
      expect(await lease('b', gpus, { limit: 2 })).toEqual([{ gpu: gpus[2], share: 0 }])
      expect(await lease('c', gpus)).toEqual([])
    })

    it('give each share to one of many workers that ask at the same moment', async () => {
      const gpus = nameGpus(3)
      const askers = Array.from({ length: 12 }, (_, index) => `worker-${index}`)
      const ask = (id: string) => lease(id, gpus, { sharesPerGpu: 2 })
      const answers = await Promise.all(askers.map(ask))
      // Whoever lost a race asks again.
      for (const [index, id] of askers.entries())
        if (answers[index]?.length === 0) answers.push(await ask(id))
      const given = answers.flat().map(({ gpu, share }) => `${gpu} ${share}`)
      expect(given).toHaveLength(6)
      expect(new Set(given).size).toBe(6)
    })

    it('give every GPU a user before any is shared, also after some have left', async () => {
      const gpus = nameGpus(2)
      const shared = { sharesPerGpu: 2 }
      const [first] = await lease('a', gpus, shared)
      expect(await lease('b', gpus, shared)).toEqual([{ gpu: gpus[1], share: 0 }])
      expect(await lease('c', gpus, shared)).toEqual([{ gpu: gpus[0], share: 1 }])
      await world.store.releaseGpu('a', first as GpuShare)
      await world.store.releaseGpu('b', { gpu: String(gpus[1]), share: 0 })
      expect(await lease('d', gpus, shared)).toEqual([{ gpu: gpus[1], share: 0 }])
      expect(await lease('e', gpus, { ...shared, limit: 9 })).toHaveLength(2)
    })

    it('are renewed by a beat', async () => {
      const gpus = nameGpus(2)
      const [kept, left] = await lease('a', gpus, { limit: 2, leaseMs: 50 })
      expect((await beat('a', [kept as GpuShare])).lostGpus).toEqual([])
      await waitUntil('the other lease is over', async () => (await lease('b', gpus)).length === 1)
      expect((await beat('a', [kept as GpuShare, left as GpuShare])).lostGpus).toEqual([left])
    })

    it('go to another worker once they have run out, of which the first learns by its next beat', async () => {
      const gpus = nameGpus(1)
      const held = await lease('a', gpus, { leaseMs: 1 })
      await waitUntil('the lease is over', async () => (await lease('b', gpus)).length === 1)
      expect((await beat('a', held)).lostGpus).toEqual(held)
      expect((await beat('b', held)).lostGpus).toEqual([])
    })

    it('are given back to a worker that has lost track of them, but for those that it uses', async () => {
      const gpus = nameGpus(2)
      const [used] = await lease('a', gpus, { limit: 2 })
      const request = { workerId: 'a', leaseMs: LEASE_MS, gpus, sharesPerGpu: 1, limit: 2 }
      const held = [used as GpuShare]
      expect(await world.store.leaseGpus({ ...request, held })).toEqual([{ gpu: gpus[1], share: 0 }])
      expect(await lease('b', gpus)).toEqual([])
    })

    it('are not freed by a worker that no longer has them', async () => {
      const gpus = nameGpus(1)
      const [held] = await lease('a', gpus)
      await world.store.releaseGpu('b', held as GpuShare)
      expect(await lease('b', gpus)).toEqual([])
    })

    it('end with their worker', async () => {
      const gpus = nameGpus(2)
      await world.store.registerWorker(make('leaver'), LEASE_MS)
      await lease('leaver', gpus, { limit: 2 })
      await world.store.deregisterWorker('leaver')
      expect(await lease('b', gpus, { limit: 2 })).toHaveLength(2)
    })
  })

  describe('slots of workers', () => {
    const world = useStore()
    const find = async (id: string) => (await world.store.listWorkers()).find((worker) => worker.id === id)

    it('are shown as of the last beat, and a worker without one waits', async () => {
      const waitingReason = 'all 3 GPUs are leased'
      await world.store.registerWorker({ ...make('gpus', 0), waitingReason }, LEASE_MS)
      expect(await find('gpus')).toMatchObject({ state: 'waiting', slots: 0, waitingReason, slotDetails: [] })
      const slotDetails = [{ gpu: 'GPU-1', state: 'ready' as const, detail: 'self-test passed' }]
      await world.store.beat({ worker: { ...make('gpus'), slotDetails }, leaseMs: LEASE_MS, attempts: [] })
      expect(await find('gpus')).toMatchObject({ state: 'alive', slots: 1, waitingReason: null, slotDetails })
      expect(await world.store.requestDrain('gpus')).toBe('draining')
    })

    it('of a waiting worker can be drained', async () => {
      await world.store.registerWorker(make('waiter', 0), LEASE_MS)
      expect(await world.store.requestDrain('waiter')).toBe('draining')
    })
  })
}
