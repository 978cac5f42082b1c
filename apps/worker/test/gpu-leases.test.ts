import { type ChildProcess, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from '@sweepd/core'
import { requestDrain } from '@sweepd/scheduler'
import {
  createTestDatabase,
  openTcpProxy,
  type TcpProxy,
  type TestDatabase,
  waitUntil,
} from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GpuWatch } from './gpu-processes.js'
import { WAIT_MS, WorkerWorld } from './worker-world.js'

/** GPU_LEASE_MS=15000 takes the times that a service has. */
const LEASE_MS = Number(process.env['GPU_LEASE_MS'] ?? 8000)
const ROUNDS = Number(process.env['GPU_ROUNDS'] ?? 1)
/**
 * After a lease, until another worker has noticed, started a process and begun to train: 5 s as a rule, and on a machine
 * that is busy with other things three times what an undisturbed start took there.
 */
let takeoverMs = 5000

const PREFIX = `GPU-${randomUUID().slice(0, 8)}-`
const GPUS = [0, 1, 2].map((index) => `${PREFIX}${index}`)

let database: TestDatabase
let proxy: TcpProxy
let world: WorkerWorld
let watch: GpuWatch
/** The workers that live, with what they have logged. */
const workers = new Map<ChildProcess, string[]>()

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openTcpProxy(database.url)
  world = await WorkerWorld.open(database.url)
  watch = new GpuWatch(PREFIX)
})
afterAll(async () => {
  watch?.stop()
  await proxy?.pass()
  await world?.close()
  await proxy?.close()
  await database.drop()
})

async function startWorker(): Promise<ChildProcess> {
  const worker = await world.startWorker({
    DATABASE_URL: proxy.url,
    SWEEPD_FAKE_GPUS: GPUS.join(),
    ENGINE: 'cpu',
    LEASE_MS: String(LEASE_MS),
    MAX_ATTEMPTS: '100',
    LOG_LEVEL: 'info',
  })
  const lines: string[] = []
  worker.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n')))
  workers.set(worker, lines)
  worker.once('exit', () => workers.delete(worker))
  return worker
}

/** On a busy machine a new connection may take longer than the store waits for one. */
const listWorkers = async (): Promise<readonly Worker[]> =>
  world.ports.store.listWorkers().catch(() => listWorkers())

/** The GPUs that a living process has and on which its worker trains a trial. */
async function listBusyGpus(besides?: ChildProcess): Promise<string[]> {
  const processes = watch.look()
  const listed = await listWorkers()
  return listed
    .filter(({ state, trials, pid }) => state === 'alive' && trials.length > 0 && pid !== besides?.pid)
    .flatMap(({ slotDetails }) => slotDetails.filter(({ state }) => state === 'ready'))
    .flatMap(({ gpu }) => (gpu !== null && processes.has(gpu) ? [gpu] : []))
}

/** By workers other than this one; resolves with the time that it took, in milliseconds. */
async function waitForAllBusy(besides?: ChildProcess): Promise<number> {
  const startedAt = performance.now()
  await waitUntil(
    'all GPUs are busy',
    async () => new Set(await listBusyGpus(besides)).size === 3,
    2 * WAIT_MS,
  )
  return performance.now() - startedAt
}

const findHolder = async (): Promise<ChildProcess> => {
  const listed = await listWorkers()
  const busy = listed.filter(({ state, trials }) => state === 'alive' && trials.length > 0)
  const chosen = busy[Math.floor(Math.random() * busy.length)]
  const worker = [...workers.keys()].find(({ pid }) => pid === chosen?.pid)
  if (worker === undefined) throw new Error('no worker trains')
  return worker
}

describe.skipIf(process.platform !== 'linux')('five workers and three GPUs', { timeout: 600_000 }, () => {
  it('use each GPU once; the others wait, say why once, and stand as waiting', async () => {
    for (let trial = 0; trial < 8; trial++) await world.createTrial({ epochs: 1000, trainSize: 3000 })
    const startedAt = performance.now()
    for (let worker = 0; worker < 5; worker++) await startWorker()
    await waitForAllBusy()
    takeoverMs = Math.max(takeoverMs, (3 * (performance.now() - startedAt)) / 5)
    const reason = 'other workers have all 3 GPUs that it sees'
    const listWaiting = async () =>
      (await listWorkers()).filter(
        ({ state, slots, waitingReason }) => state === 'waiting' && slots === 0 && waitingReason === reason,
      )
    await waitUntil('two workers wait', async () => (await listWaiting()).length === 2, WAIT_MS)
    for (const { pid } of await listWaiting()) {
      const [, lines = []] = [...workers].find(([worker]) => worker.pid === pid) ?? []
      expect(lines.filter((line) => line.includes('waiting for a free GPU'))).toHaveLength(1)
    }
    const listed = await listWorkers()
    const [detail] = listed.flatMap(({ slotDetails }) => slotDetails)
    expect(detail).toMatchObject({ state: 'ready', detail: expect.stringMatching(/^self-test passed in \d/) })
  })

  it('have no GPU with two users, and all GPUs busy soon after, whatever is killed, stopped or cut', async () => {
    const took: Record<string, number[]> = { kill: [], stop: [], cut: [], freeze: [] }
    for (let round = 0; round < ROUNDS; round++) {
      const killed = await findHolder()
      killed.kill('SIGKILL')
      await once(killed, 'exit')
      took['kill']?.push(await waitForAllBusy())
      await startWorker()

      const stopped = await findHolder()
      stopped.kill('SIGSTOP')
      took['stop']?.push(await waitForAllBusy(stopped))
      stopped.kill('SIGCONT')

      for (const way of ['refuse', 'freeze'] as const) {
        await proxy[way]()
        await sleep(LEASE_MS * 1.2)
        expect(watch.look().size, 'GPUs in use while nobody can renew a lease').toBe(0)
        await proxy.pass()
        took[way === 'refuse' ? 'cut' : 'freeze']?.push(await waitForAllBusy())
      }
    }
    console.info('milliseconds until all GPUs were busy', took)
    expect(watch.overlaps).toEqual([])
    for (const times of Object.values(took))
      for (const ms of times) expect(ms).toBeLessThan(LEASE_MS + takeoverMs)
  })

  it('free a GPU at once for a waiting worker when its worker is drained', async () => {
    const leaver = await findHolder()
    const { id } = (await listWorkers()).find(({ pid }) => pid === leaver.pid) ?? {}
    await requestDrain(world.ports, id ?? '')
    expect(await once(leaver, 'exit')).toEqual([0, null])
    expect(await waitForAllBusy()).toBeLessThan(takeoverMs)
    expect(watch.overlaps).toEqual([])
  })

  it('leave no process behind that uses a GPU when they are killed', async () => {
    for (const worker of workers.keys()) worker.kill('SIGKILL')
    await waitUntil('no process uses a GPU', () => watch.look().size === 0)
    expect(execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })).not.toContain(PREFIX)
  })
})
