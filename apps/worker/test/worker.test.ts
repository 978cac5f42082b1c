import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { EpochMetrics, Sweep, TrialDetail } from '@sweepd/core'
import { openTrialQueue } from '@sweepd/queue'
import {
  cancelSweep,
  cancelTrial,
  createSweep,
  pauseSweep,
  releaseTrial,
  reportEpoch,
  requestDrain,
  resumeSweep,
  type SchedulerPorts,
  startTrial,
} from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { createTestDatabase, type TestDatabase, waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Longest wait for what takes a second where a core is free. */
const WAIT_MS = 80_000

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

/** A sweep of one trial with the same hyperparameters each time, except for `fixed`. */
async function createTrial(fixed: object): Promise<Sweep> {
  const definition = {
    name: 'worker test',
    dataset: 'synthetic',
    space: {},
    fixed: { convLayers: [4], hiddenLayers: [8], trainSize: 320, ...fixed },
  }
  return (await createSweep(ports, definition, 10)).sweep
}

async function getTrial(sweep: Sweep): Promise<TrialDetail> {
  const { items } = await ports.store.listTrials({ sweepId: sweep.id, limit: 1 })
  const trial = await ports.store.findTrial(items[0]?.id ?? '')
  if (trial === undefined) throw new Error('the sweep has no trial')
  return trial
}

const waitForState = (sweep: Sweep, state: TrialDetail['state']) =>
  waitUntil(`the trial is ${state}`, async () => (await getTrial(sweep)).state === state, WAIT_MS)

const waitForEpoch = (sweep: Sweep, epoch: number) =>
  waitUntil(`epoch ${epoch} is stored`, async () => (await getTrial(sweep)).epochsDone >= epoch, WAIT_MS)

const findChildren = (parent: ChildProcess): number[] =>
  execFileSync('pgrep', ['-P', String(parent.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)

const EPOCHS = 12
const LONG = { epochs: 1000 }

const withoutDurations = (history: readonly EpochMetrics[]) =>
  history.map(({ durationMs, ...metrics }) => metrics)

/** What a trial must come to, whatever happens to it on the way. */
const outcomeOf = ({ state, history, metrics, score }: TrialDetail) => ({
  state,
  metrics,
  score,
  history: withoutDurations(history),
})

/** Each epoch was trained by one attempt, and each attempt went on where the one before had stopped. */
function expectEachEpochOnce({ attemptHistory }: TrialDetail): void {
  const epochs = attemptHistory.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch))
  expect(epochs).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1))
}

// One story: starting a worker costs seconds, so each part goes on with the workers that the part before left.
// Processes start and models train here: on a loaded machine that takes its time.
describe('a worker', { timeout: 180_000 }, () => {
  let worker: ChildProcess
  let undisturbed: TrialDetail

  it('registers, and stores each epoch as it ends', async () => {
    worker = await startWorker()
    const sweep = await createTrial({ epochs: EPOCHS })
    await waitForEpoch(sweep, 2)
    const trial = await getTrial(sweep)
    expect(trial.state).toBe('running')
    expect(await ports.store.listWorkers()).toMatchObject([
      {
        state: 'alive',
        pid: worker.pid,
        engine: 'onnx',
        device: 'cpu',
        slots: 1,
        trials: [{ trialId: trial.id, attempt: 1, epochs: EPOCHS }],
      },
    ])
    await waitForState(sweep, 'completed')
    undisturbed = await getTrial(sweep)
    expectEachEpochOnce(undisturbed)
  })

  it('goes on with the next epoch when a training child dies, and ends with the same numbers', async () => {
    const sweep = await createTrial({ epochs: EPOCHS })
    await waitForEpoch(sweep, 2)
    const [child] = findChildren(worker)
    process.kill(child ?? 0, 'SIGKILL')
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.attemptHistory).toMatchObject([
      { number: 1, outcome: 'failed', error: { class: 'infrastructure' } },
      { number: 2, outcome: 'completed', error: null },
    ])
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
    expect(worker.exitCode).toBeNull()
  })

  it('begins again with epoch 1 where a checkpoint cannot be used, and ends with the same numbers', async () => {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
    const sweep = await createTrial({ epochs: EPOCHS })
    const trial = await startTrial(ports, { workerId: 'other', leaseMs: 60_000 })
    if (trial === undefined) throw new Error('the trial cannot be claimed')
    const made = { epoch: 1, loss: 9, acc: 0, val_loss: 9, val_acc: 0, durationMs: 1 }
    await reportEpoch(ports, trial, made, new Uint8Array([1, 2, 3]), 60_000)
    await releaseTrial(ports, trial, 'released')
    worker = await startWorker()
    await waitForState(sweep, 'completed')
    expect(outcomeOf(await getTrial(sweep))).toEqual(outcomeOf(undisturbed))
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
    await waitUntil(
      'the sweep is completed',
      async () => (await ports.store.findSweep(sweep.id))?.state === 'completed',
    )
  })

  it('stops a trial that is cancelled within about a second, and takes the next', async () => {
    const sweep = await createTrial(LONG)
    await waitForEpoch(sweep, 1)
    const next = await createTrial({ epochs: 1 })
    const cancelledAt = performance.now()
    await cancelTrial(ports, (await getTrial(sweep)).id)
    await waitForEpoch(next, 1)
    expect(performance.now() - cancelledAt).toBeLessThan(10_000)
    expect((await getTrial(sweep)).attemptHistory).toMatchObject([{ outcome: 'cancelled' }])
  })

  it('gives a trial back at the end of its epoch when its sweep is paused, and goes on when it is resumed', async () => {
    const sweep = await createTrial({ epochs: EPOCHS })
    await waitForEpoch(sweep, 1)
    await pauseSweep(ports, sweep.id)
    await waitForState(sweep, 'queued')
    const paused = await getTrial(sweep)
    expect(paused.attemptHistory).toMatchObject([{ outcome: 'paused' }])
    await resumeSweep(ports, sweep.id)
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.history.slice(0, paused.epochsDone)).toEqual(paused.history)
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('that is killed loses its trial to another worker within seconds, which goes on with it', async () => {
    const sweep = await createTrial({ epochs: EPOCHS })
    await waitForEpoch(sweep, 2)
    worker.kill('SIGKILL')
    worker = await startWorker()
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.attemptHistory.map(({ outcome }) => outcome)).toEqual(['expired', 'completed'])
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('that was stopped for longer than its lease lets its lost trial be, and takes others', async () => {
    const sweep = await createTrial(LONG)
    await waitForEpoch(sweep, 1)
    const stopped = worker
    stopped.kill('SIGSTOP')
    worker = await startWorker()
    await waitUntil(
      'another worker has the trial',
      async () => (await getTrial(sweep)).attempts === 2,
      30_000,
    )
    stopped.kill('SIGCONT')
    const next = await createTrial({ epochs: EPOCHS })
    await waitForState(next, 'completed')
    expect((await getTrial(next)).attemptHistory).toMatchObject([{ number: 1, outcome: 'completed' }])
    expect(await getTrial(sweep)).toMatchObject({ state: 'running', attempts: 2 })
    expect([stopped.exitCode, worker.exitCode]).toEqual([null, null])
    await cancelSweep(ports, sweep.id)
    stopped.kill('SIGTERM')
    expect(await once(stopped, 'exit')).toEqual([0, null])
  })

  it('that is asked to drain gives its trial back at the end of its epoch, takes no other, and ends', async () => {
    const [sweep, waiting] = [await createTrial(LONG), await createTrial(LONG)]
    await waitForEpoch(sweep, 1)
    const [busy] = (await ports.store.listWorkers()).filter(({ state }) => state === 'alive')
    await requestDrain(ports, busy?.id ?? '')
    expect(await once(worker, 'exit')).toEqual([0, null])
    const trial = await getTrial(sweep)
    expect(trial).toMatchObject({ state: 'queued', attemptHistory: [{ outcome: 'released' }] })
    expect(trial.epochsDone).toBeGreaterThan(0)
    expect((await getTrial(waiting)).attempts).toBe(0)
    expect((await ports.store.listWorkers()).map(({ state }) => state)).not.toContain('alive')
    for (const { id } of [sweep, waiting]) await cancelSweep(ports, id)
  })

  it('drains on SIGTERM likewise, and another worker goes on', async () => {
    worker = await startWorker()
    const sweep = await createTrial({ epochs: EPOCHS })
    await waitForEpoch(sweep, 1)
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    worker = await startWorker()
    await waitForState(sweep, 'completed')
    const trial = await getTrial(sweep)
    expect(trial.attemptHistory.map(({ outcome }) => outcome)).toEqual(['released', 'completed'])
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('gives its trial back at once, without its epoch, on a second SIGTERM', async () => {
    const sweep = await createTrial({ trainSize: null, epochs: 1 })
    await waitForState(sweep, 'running')
    worker.kill('SIGTERM')
    await waitUntil('the worker drains', async () =>
      (await ports.store.listWorkers()).some(({ state }) => state === 'draining'),
    )
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect(await getTrial(sweep)).toMatchObject({
      state: 'queued',
      epochsDone: 0,
      attemptHistory: [{ outcome: 'released' }],
    })
  })

  it('does so by itself when the time for draining is over', async () => {
    worker = await startWorker({ DRAIN_TIMEOUT_MS: '100' })
    const sweep = (await ports.store.listSweeps({ limit: 1 })).items[0] as Sweep
    await waitForState(sweep, 'running')
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect(await getTrial(sweep)).toMatchObject({
      state: 'queued',
      attemptHistory: [{ outcome: 'released' }, { outcome: 'released' }],
    })
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
