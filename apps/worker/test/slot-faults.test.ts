import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { WorkerSlot } from '@sweepd/core'
import { cancelSweep } from '@sweepd/scheduler'
import { createTestDatabase, type TestDatabase, waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGpuProcesses } from './gpu-processes.js'
import { WAIT_MS, WorkerWorld } from './worker-world.js'

/** Breaks the engine of training processes as the name of their GPU says. */
const FAULT = pathToFileURL(
  resolve(import.meta.dirname, '../../../packages/model/test/fixtures/faulty-gpu.mjs'),
).href
const PREFIX = `GPU-${randomUUID().slice(0, 8)}`
const [CRASH, WRONG, DIES, GOOD] = ['crash', 'wrong', 'dies', 'good'].map((fault) => `${PREFIX}-${fault}`)

let database: TestDatabase
let world: WorkerWorld

beforeAll(async () => {
  database = await createTestDatabase()
  world = await WorkerWorld.open(database.url)
})
afterAll(async () => {
  await world?.close()
  await database.drop()
})

describe.skipIf(process.platform !== 'linux')('a worker with broken GPUs', { timeout: 300_000 }, () => {
  let log = ''
  const listSlots = async (): Promise<Record<string, Omit<WorkerSlot, 'gpu'>>> => {
    const [worker] = await world.ports.store.listWorkers()
    return Object.fromEntries(worker?.slotDetails.map(({ gpu, ...slot }) => [String(gpu), slot]) ?? [])
  }

  it('retires those whose process crashes, computes wrong numbers or dies at work, and says so', async () => {
    const worker = await world.startWorker({
      SWEEPD_FAKE_GPUS: [CRASH, WRONG, DIES, GOOD].join(),
      WORKER_SLOTS: '4',
      ENGINE: 'cpu',
      NODE_OPTIONS: `--import=${FAULT}`,
      MAX_ATTEMPTS: '50',
      LEASE_MS: '15000',
      LOG_LEVEL: 'info',
    })
    worker.stdout?.on('data', (text) => {
      log += text
    })
    for (let trial = 0; trial < 4; trial++) await world.createTrial({ epochs: 300 })
    await waitUntil(
      'three slots are retired',
      async () => Object.values(await listSlots()).filter(({ state }) => state === 'retired').length === 3,
      2 * WAIT_MS,
    )
    expect(await listSlots()).toEqual({
      [CRASH as string]: { state: 'retired', detail: expect.stringMatching(/^3 failures in a row.*SIGSEGV/) },
      [WRONG as string]: {
        state: 'retired',
        detail: expect.stringMatching(
          /^3 failures in a row, the last: the self-test failed: it computes a loss of .+ in step 1, which should be/,
        ),
      },
      [DIES as string]: { state: 'retired', detail: expect.stringMatching(/was ended by SIGSEGV$/) },
      [GOOD as string]: { state: 'ready', detail: expect.stringMatching(/^self-test passed in/) },
    })
    expect(log.match(/slot retired: its GPU is left to other workers/g)).toHaveLength(3)
  })

  it('frees their GPUs, uses them no more, and trains on with the good one', async () => {
    await waitUntil('one process is left', () => findGpuProcesses(PREFIX).size === 1, WAIT_MS)
    const gpus = [CRASH, WRONG, DIES, GOOD].map(String)
    const request = { workerId: 'other', leaseMs: 60_000, sharesPerGpu: 1, limit: 4 }
    await waitUntil(
      'their leases are free',
      async () => (await world.ports.store.leaseGpus({ ...request, gpus })).length > 0,
      WAIT_MS,
    )
    for (const { id } of (await world.ports.store.listSweeps({ limit: 10 })).items)
      await cancelSweep(world.ports, id)
    const sweep = await world.createTrial({ epochs: 1 })
    await world.waitForState(sweep, 'completed')
    expect(await world.ports.store.listWorkers()).toMatchObject([{ state: 'alive', slots: 1 }])
  })
})
