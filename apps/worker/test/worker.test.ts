import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Sweep, TrialDetail } from '@sweepd/core'
import { openTrialQueue } from '@sweepd/queue'
import { createSweep, type SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { createTestDatabase, type TestDatabase, waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const entry = resolve(import.meta.dirname, '../dist/main.js')

let database: TestDatabase
let ports: SchedulerPorts
let dataDir: string
const workers: ChildProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'sweepd-worker-'))
  ports = {
    store: createPostgresStore({ databaseUrl: database.url }),
    queue: await openTrialQueue({ databaseUrl: database.url }),
  }
})

async function endWorkers(): Promise<void> {
  for (const worker of workers.splice(0)) {
    if (worker.exitCode !== null || worker.signalCode !== null) continue
    const exited = once(worker, 'exit')
    worker.kill('SIGKILL')
    await exited
  }
}

afterAll(async () => {
  await endWorkers()
  await ports.store.close()
  await ports.queue.close()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

async function startWorker(env: Record<string, string> = {}): Promise<ChildProcess> {
  const worker = fork(entry, {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      SWEEPD_DATA_DIR: dataDir,
      WORKER_SLOTS: '1',
      LEASE_MS: '1500',
      RETRY_BACKOFF_MS: '10',
      RECONCILE_INTERVAL_MS: '300',
      LOG_LEVEL: 'error',
      ...env,
    },
  })
  workers.push(worker)
  await once(worker, 'message')
  return worker
}

const createTrial = (fixed: object): Promise<Sweep> =>
  createSweep(
    ports,
    {
      name: 'worker test',
      dataset: 'synthetic',
      space: {},
      fixed: { convLayers: [4], hiddenLayers: [8], trainSize: 320, ...fixed },
    },
    { maxTrials: 10 },
  )

async function getTrial(sweep: Sweep): Promise<TrialDetail> {
  const { items } = await ports.store.listTrials({ sweepId: sweep.id, limit: 1 })
  const trial = await ports.store.findTrial(items[0]?.id ?? '')
  if (trial === undefined) throw new Error('the sweep has no trial')
  return trial
}

const waitForState = (sweep: Sweep, state: TrialDetail['state']) =>
  waitUntil(`the trial is ${state}`, async () => (await getTrial(sweep)).state === state, 50_000)

const waitForEpoch = (sweep: Sweep, epoch: number) =>
  waitUntil(`epoch ${epoch} is stored`, async () => (await getTrial(sweep)).epochsDone >= epoch, 50_000)

const findChildren = (parent: ChildProcess): number[] =>
  execFileSync('pgrep', ['-P', String(parent.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)

const LONG = { epochs: 1000 }

// One story: starting a worker costs seconds, so each part goes on with the workers that the part before left.
// Processes start and models train here: on a loaded machine that takes its time.
describe('a worker', { timeout: 60_000 }, () => {
  let worker: ChildProcess

  it('stores each epoch as it ends', async () => {
    worker = await startWorker()
    const sweep = await createTrial({ epochs: 15 })
    await waitForEpoch(sweep, 2)
    const trial = await getTrial(sweep)
    expect(trial.state).toBe('running')
    expect(trial.history.map(({ epoch }) => epoch)).toEqual(trial.history.map((_, index) => index + 1))
    await waitForState(sweep, 'completed')
  })

  it('survives the death of a training child, and attempts the trial again', async () => {
    const sweep = await createTrial({ epochs: 15 })
    await waitForEpoch(sweep, 1)
    const [child] = findChildren(worker)
    process.kill(child ?? 0, 'SIGKILL')
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.attemptHistory).toMatchObject([
      { number: 1, outcome: 'failed', error: { class: 'infrastructure' } },
      { number: 2, outcome: 'completed', error: null },
    ])
    expect(trial.history.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 15 }, (_, index) => index + 1),
    )
    expect(worker.exitCode).toBeNull()
  })

  it('fails a trial that diverges, with the step, and does not try it again', async () => {
    const sweep = await createTrial({
      optimizer: 'sgd',
      lr: 100,
      activations: ['linear', 'linear'],
      epochs: 5,
    })
    await waitForState(sweep, 'failed')
    const trial = await getTrial(sweep)
    expect(trial.attempts).toBe(1)
    expect(trial.error?.class).toBe('diverged')
    expect(trial.error?.message).toMatch(/epoch \d+, step \d+/)
    expect((await ports.store.findSweep(sweep.id))?.state).toBe('completed')
  })

  it('that is killed loses its trial to another worker within seconds', async () => {
    const sweep = await createTrial({ epochs: 12 })
    await waitForEpoch(sweep, 1)
    worker.kill('SIGKILL')
    worker = await startWorker()
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.attemptHistory.map(({ outcome }) => outcome)).toEqual(['expired', 'completed'])
    expect(trial.history).toHaveLength(12)
  })

  it('lets its running trial finish when it is told to end, and takes no other', async () => {
    const running = await createTrial({ epochs: 12 })
    await waitForEpoch(running, 1)
    const waiting = await createTrial(LONG)
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect((await getTrial(running)).state).toBe('completed')
    expect((await getTrial(waiting)).state).toBe('queued')
  })

  it('gives a trial back that does not finish within the time for draining', async () => {
    worker = await startWorker({ DRAIN_TIMEOUT_MS: '100' })
    const sweep = (await ports.store.listSweeps({ limit: 1 })).items[0] as Sweep
    await waitForEpoch(sweep, 1)
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    const trial = await getTrial(sweep)
    expect(trial.state).toBe('queued')
    expect(trial.attemptHistory).toMatchObject([{ number: 1, outcome: 'released' }])
  })

  it('ends with a message that names every faulty variable', async () => {
    const worker = fork(entry, {
      env: { PATH: process.env['PATH'], WORKER_SLOTS: 'many', LEASE_MS: '-1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let output = ''
    worker.stderr?.on('data', (chunk) => {
      output += chunk
    })
    expect(await once(worker, 'exit')).toEqual([1, null])
    expect(output).toContain('WORKER_SLOTS')
    expect(output).toContain('LEASE_MS')
  })
})
