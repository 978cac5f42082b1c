import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Sweep, TrialDetail } from '@sweepd/core'
import {
  cancelSweep,
  cancelTrial,
  pauseSweep,
  releaseTrial,
  reportEpoch,
  requestDrain,
  resumeSweep,
  type SchedulerPorts,
  startTrial,
} from '@sweepd/scheduler'
import { createTestDatabase, type TestDatabase, waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryGroup } from './memory-group.js'
import { listTrainedEpochs, outcomeOf, WAIT_MS, WORKER_ENTRY, WorkerWorld } from './worker-world.js'

let database: TestDatabase
let world: WorkerWorld
let ports: SchedulerPorts

beforeAll(async () => {
  database = await createTestDatabase()
  world = await WorkerWorld.open(database.url)
  ports = world.ports
})
afterAll(async () => {
  await world?.close()
  await database.drop()
})

const findChildren = (parent: ChildProcess): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, ppid]) => (ppid === parent.pid ? [pid] : []))

const EPOCHS = 12
const LONG = { epochs: 1000 }

/** Each epoch was trained by one attempt, and each attempt went on where the one before had stopped. */
function expectEachEpochOnce(trial: TrialDetail): void {
  expect(listTrainedEpochs(trial)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1))
}

/** How many epochs of an attempt were kept: those that the next one did not have to train again. */
const countKept = ({ attemptHistory }: TrialDetail, attempt: number): number | undefined =>
  attemptHistory[attempt - 1]?.epochs.length

// One story: starting a worker costs seconds, so each part goes on with the workers that the part before left.
// Processes start and models train here: on a loaded machine that takes its time.
describe('a worker', { timeout: 180_000 }, () => {
  let worker: ChildProcess
  let undisturbed: TrialDetail

  it('registers, and stores each epoch as it ends', async () => {
    worker = await world.startWorker()
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 2)
    const trial = await world.getTrial(sweep)
    expect(trial.state).toBe('running')
    expect(await ports.store.listWorkers()).toMatchObject([
      {
        state: 'alive',
        pid: worker.pid,
        engine: 'onnx cpu',
        device: cpus()[0]?.model.trim(),
        slots: 1,
        trials: [{ trialId: trial.id, attempt: 1, epochs: EPOCHS }],
      },
    ])
    await world.waitForState(sweep, 'completed')
    undisturbed = await world.getTrial(sweep)
    expectEachEpochOnce(undisturbed)
  })

  it('goes on with the next epoch when a training child dies, and ends with the same numbers', async () => {
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 2)
    const [child] = findChildren(worker)
    process.kill(child ?? 0, 'SIGKILL')
    await world.waitForState(sweep, 'completed')
    const trial = await world.getTrial(sweep)
    expect(trial.attemptHistory).toMatchObject([
      { number: 1, outcome: 'failed', error: { class: 'infrastructure' } },
      { number: 2, outcome: 'completed', error: null },
    ])
    expectEachEpochOnce(trial)
    expect(countKept(trial, 1)).toBeGreaterThanOrEqual(2)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
    expect(worker.exitCode).toBeNull()
  })

  it.skipIf(process.platform !== 'linux')('gives its training child none of its secrets', () => {
    const [child] = findChildren(worker)
    const environment = readFileSync(`/proc/${child}/environ`, 'utf8')
    expect(environment).toContain('PATH=')
    expect(environment).not.toMatch(/DATABASE_URL|SWEEPD_|postgres/)
  })

  it.skipIf(process.platform !== 'linux')(
    'claims nothing while the system gives it no new process, and lives until it does',
    async () => {
      // The files that are open stay open, and there is none for another child's channel.
      const limitFiles = (count: number | 'unlimited') =>
        execFileSync('prlimit', ['--pid', String(worker.pid), `--nofile=${count}:`])
      const before = readFileSync(`/proc/${worker.pid}/limits`, 'utf8').match(/Max open files\s+(\d+)/)?.[1]
      limitFiles(readdirSync(`/proc/${worker.pid}/fd`).length)
      const [child] = findChildren(worker)
      process.kill(child ?? 0, 'SIGKILL')
      await waitUntil('the child is gone', () => findChildren(worker).length === 0, WAIT_MS)
      const sweep = await world.createTrial({ epochs: 1 })
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(await world.getTrial(sweep)).toMatchObject({ state: 'queued', attempts: 0 })
      expect(worker.exitCode).toBeNull()
      limitFiles(Number(before))
      await world.waitForState(sweep, 'completed')
      expect((await world.getTrial(sweep)).attempts).toBe(1)
    },
  )

  it('takes a kill by the out-of-memory killer for what it is, and tries again alone', async ({ skip }) => {
    const group = createMemoryGroup(4 * 2 ** 20)
    if (group === undefined) return skip('no right to create a control group with a limit here')
    const [child] = findChildren(worker)
    writeFileSync(group.processesFile, String(child))
    const sweep = await world.createTrial({ epochs: 1, convLayers: [32, 64], batchSize: 160 })
    await world.waitForState(sweep, 'completed')
    expect((await world.getTrial(sweep)).attemptHistory).toMatchObject([
      { outcome: 'failed', error: { class: 'out-of-memory' } },
      { outcome: 'completed' },
    ])
    group.remove()
  })

  it('begins again with epoch 1 where a checkpoint cannot be used, and ends with the same numbers', async () => {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
    const sweep = await world.createTrial({ epochs: EPOCHS })
    const trial = await startTrial(ports, { workerId: 'other', leaseMs: 60_000 })
    if (trial === undefined) throw new Error('the trial cannot be claimed')
    const made = { epoch: 1, loss: 9, acc: 0, val_loss: 9, val_acc: 0, durationMs: 1 }
    await reportEpoch(ports, trial, made, new Uint8Array([1, 2, 3]), 60_000)
    await releaseTrial(ports, trial, 'released')
    worker = await world.startWorker()
    await world.waitForState(sweep, 'completed')
    expect(outcomeOf(await world.getTrial(sweep))).toEqual(outcomeOf(undisturbed))
  })

  it('fails a trial that diverges, with the step, and does not try it again', async () => {
    const sweep = await world.createTrial({
      optimizer: 'sgd',
      lr: 100,
      activations: ['linear', 'linear'],
      epochs: 5,
    })
    await world.waitForState(sweep, 'failed')
    const trial = await world.getTrial(sweep)
    expect(trial.attempts).toBe(1)
    expect(trial.error?.class).toBe('diverged')
    expect(trial.error?.message).toMatch(/in epoch \d+, at step \d+ of the training/)
    await waitUntil(
      'the sweep is completed',
      async () => (await ports.store.findSweep(sweep.id))?.state === 'completed',
    )
  })

  it('stops a trial that is cancelled within about a second, and takes the next', async () => {
    const sweep = await world.createTrial(LONG)
    await world.waitForEpoch(sweep, 1)
    const next = await world.createTrial({ epochs: 1 })
    const cancelledAt = performance.now()
    await cancelTrial(ports, (await world.getTrial(sweep)).id)
    await world.waitForEpoch(next, 1)
    expect(performance.now() - cancelledAt).toBeLessThan(10_000)
    expect((await world.getTrial(sweep)).attemptHistory).toMatchObject([{ outcome: 'cancelled' }])
  })

  it('gives a trial back at the end of its epoch when its sweep is paused, and goes on when it is resumed', async () => {
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 1)
    await pauseSweep(ports, sweep.id)
    await world.waitForState(sweep, 'queued')
    const paused = await world.getTrial(sweep)
    expect(paused.attemptHistory).toMatchObject([{ outcome: 'paused' }])
    await resumeSweep(ports, sweep.id)
    await world.waitForState(sweep, 'completed')
    const trial = await world.getTrial(sweep)
    expect(trial.history.slice(0, paused.epochsDone)).toEqual(paused.history)
    expect(countKept(trial, 1)).toBe(paused.epochsDone)
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('that is killed loses its trial to another worker within seconds, which trains what was not kept again', async () => {
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 2)
    worker.kill('SIGKILL')
    worker = await world.startWorker()
    await world.waitForState(sweep, 'completed')
    const trial = await world.getTrial(sweep)
    expect(trial.attemptHistory.map(({ outcome }) => outcome)).toEqual(['expired', 'completed'])
    expect(countKept(trial, 1)).toBe(0)
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('that is killed loses no epoch if each is stored with its checkpoint', async () => {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
    worker = await world.startWorker({ CHECKPOINT_INTERVAL_MS: '0' })
    const sweep = await world.createTrial({ epochs: EPOCHS })
    await world.waitForEpoch(sweep, 2)
    worker.kill('SIGKILL')
    worker = await world.startWorker()
    await world.waitForState(sweep, 'completed')
    const trial = await world.getTrial(sweep)
    expect(countKept(trial, 1)).toBeGreaterThanOrEqual(2)
    expectEachEpochOnce(trial)
    expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
  })

  it('that was stopped for longer than its lease lets its lost trial be, and takes others', async () => {
    const sweep = await world.createTrial(LONG)
    await world.waitForEpoch(sweep, 1)
    const stopped = worker
    stopped.kill('SIGSTOP')
    worker = await world.startWorker()
    await waitUntil(
      'another worker has the trial',
      async () => (await world.getTrial(sweep)).attempts === 2,
      WAIT_MS,
    )
    stopped.kill('SIGCONT')
    const next = await world.createTrial({ epochs: EPOCHS })
    await world.waitForState(next, 'completed')
    expect((await world.getTrial(next)).attemptHistory).toMatchObject([{ number: 1, outcome: 'completed' }])
    expect(await world.getTrial(sweep)).toMatchObject({ state: 'running', attempts: 2 })
    expect([stopped.exitCode, worker.exitCode]).toEqual([null, null])
    await cancelSweep(ports, sweep.id)
    stopped.kill('SIGTERM')
    expect(await once(stopped, 'exit')).toEqual([0, null])
  })

  it('that is asked to drain gives its trial back at the end of its epoch, takes no other, and ends', async () => {
    const [sweep, waiting] = [await world.createTrial(LONG), await world.createTrial(LONG)]
    await world.waitForEpoch(sweep, 1)
    const [busy] = (await ports.store.listWorkers()).filter(({ state }) => state === 'alive')
    await requestDrain(ports, busy?.id ?? '')
    expect(await once(worker, 'exit')).toEqual([0, null])
    const trial = await world.getTrial(sweep)
    expect(trial).toMatchObject({ state: 'queued', attemptHistory: [{ outcome: 'released' }] })
    expect(trial.epochsDone).toBeGreaterThan(0)
    expect((await world.getTrial(waiting)).attempts).toBe(0)
    expect((await ports.store.listWorkers()).map(({ state }) => state)).not.toContain('alive')
    for (const { id } of [sweep, waiting]) await cancelSweep(ports, id)
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'drains on %s likewise, and another worker goes on',
    async (signal) => {
      if (worker.exitCode === null) {
        worker.kill('SIGTERM')
        await once(worker, 'exit')
      }
      worker = await world.startWorker({ LOG_LEVEL: 'info' })
      let log = ''
      worker.stdout?.on('data', (chunk) => {
        log += chunk
      })
      const sweep = await world.createTrial({ epochs: EPOCHS })
      await world.waitForEpoch(sweep, 1)
      worker.kill(signal)
      expect(await once(worker, 'exit')).toEqual([0, null])
      expect(log).toContain(`"reason":"${signal}"`)
      expect(log).not.toContain('operator')
      worker = await world.startWorker()
      await world.waitForState(sweep, 'completed')
      const trial = await world.getTrial(sweep)
      expect(trial.attemptHistory.map(({ outcome }) => outcome)).toEqual(['released', 'completed'])
      expect(countKept(trial, 1)).toBeGreaterThanOrEqual(1)
      expectEachEpochOnce(trial)
      expect(outcomeOf(trial)).toEqual(outcomeOf(undisturbed))
    },
  )

  it('gives its trial back at once, without its epoch, on a second SIGTERM', async () => {
    const sweep = await world.createTrial({ trainSize: null, epochs: 1 })
    await world.waitForState(sweep, 'running')
    worker.kill('SIGTERM')
    await waitUntil('the worker drains', async () =>
      (await ports.store.listWorkers()).some(({ state }) => state === 'draining'),
    )
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect(await world.getTrial(sweep)).toMatchObject({
      state: 'queued',
      epochsDone: 0,
      attemptHistory: [{ outcome: 'released' }],
    })
  })

  it('does so by itself when the time for draining is over', async () => {
    worker = await world.startWorker({ DRAIN_TIMEOUT_MS: '100' })
    const sweep = (await ports.store.listSweeps({ limit: 1 })).items[0] as Sweep
    await world.waitForState(sweep, 'running')
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect(await world.getTrial(sweep)).toMatchObject({
      state: 'queued',
      attemptHistory: [{ outcome: 'released' }, { outcome: 'released' }],
    })
  })

  it('ends by itself, with 0, when it has had no trial for WORKER_EXIT_WHEN_IDLE seconds', async () => {
    for (const { id } of (await ports.store.listSweeps({ limit: 100 })).items)
      await cancelSweep(ports, id).catch(() => {})
    worker = await world.startWorker({ WORKER_EXIT_WHEN_IDLE: '1' })
    expect(await once(worker, 'exit')).toEqual([0, null])
  })

  it('ends with a message that names every faulty variable', async () => {
    const { exit, output } = await startInVain({ WORKER_SLOTS: 'many', LEASE_MS: '-1', ENGINE: 'gpu' })
    expect(exit).toEqual([1, null])
    expect(output).toContain('WORKER_SLOTS')
    expect(output).toContain('LEASE_MS')
    expect(output).toContain('ENGINE is one of auto, cpu, webgpu, cuda, tfjs')
  })

  it('ends with the remedy if its engine is unavailable', async () => {
    const hidden = { ENGINE: 'cuda', CUDA_VISIBLE_DEVICES: '-1', DATABASE_URL: database.url }
    const { exit, output } = await startInVain(hidden)
    expect(exit).toEqual([1, null])
    expect(output).toMatch(/^ENGINE=cuda is unavailable here: .+ worker-cuda/)
  })
})

/** A worker that ends by itself: how, and what it says. */
async function startInVain(env: Record<string, string>) {
  const worker = fork(WORKER_ENTRY, {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  worker.stderr?.on('data', (chunk) => {
    output += chunk
  })
  const exit = await once(worker, 'close')
  return { exit, output }
}
