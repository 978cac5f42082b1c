import { ConflictError, NotFoundError } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { createMemoryPorts, LEASE_MS } from '../../test/create-memory-ports.js'
import { requestDrain } from './request-drain.js'

const worker = { id: 'anna', host: 'box', device: 'cpu', engine: 'onnx', slots: 2, version: '0.1.0', pid: 1 }
const sayAlive = { worker, leaseMs: LEASE_MS, attempts: [] }

describe('requestDrain', () => {
  it('has the worker told by its next beat, also when it is asked for twice', async () => {
    const ports = createMemoryPorts()
    await ports.store.registerWorker(worker, LEASE_MS)
    expect(await ports.store.beat(sayAlive)).toEqual({ lost: [], lostGpus: [], drain: false })
    await requestDrain(ports, worker.id)
    await requestDrain(ports, worker.id)
    expect(await ports.store.beat(sayAlive)).toEqual({ lost: [], lostGpus: [], drain: true })
    expect(await ports.store.listWorkers()).toMatchObject([{ id: worker.id, state: 'draining' }])
  })

  it('refuses a worker that has stopped, and one that was not heard of for a lease', async () => {
    const ports = createMemoryPorts()
    await ports.store.registerWorker(worker, LEASE_MS)
    ports.pass(2 * LEASE_MS)
    await expect(requestDrain(ports, worker.id)).rejects.toThrow(
      'The worker anna is lost: there is nothing left to drain.',
    )
    await ports.store.deregisterWorker(worker.id)
    const refusal = requestDrain(ports, worker.id)
    await expect(refusal).rejects.toBeInstanceOf(ConflictError)
    await expect(refusal).rejects.toThrow('The worker anna is stopped: there is nothing left to drain.')
  })

  it('does not know a worker that there is not', async () => {
    await expect(requestDrain(createMemoryPorts(), 'nobody')).rejects.toBeInstanceOf(NotFoundError)
  })
})
