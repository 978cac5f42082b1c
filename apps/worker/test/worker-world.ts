import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { EpochMetrics, Sweep, TrialDetail } from '@sweepd/core'
import { openTrialQueue } from '@sweepd/queue'
import { createSweep, type SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { waitUntil } from '@sweepd/testing'

/** Longest wait for what takes a second if a core is free. */
export const WAIT_MS = 80_000

/** The script that a worker runs. */
export const WORKER_ENTRY = resolve(import.meta.dirname, '../dist/main.js')

/** So long that a checkpoint is stored only where an attempt ends before its trial. */
const NEVER_MS = '3600000'

/** Ports on real servers, and real workers on them. */
export class WorkerWorld {
  private readonly workers: ChildProcess[] = []

  private constructor(
    readonly ports: SchedulerPorts,
    private readonly env: Readonly<Record<string, string>>,
    private readonly dataDir: string,
  ) {}

  static async open(databaseUrl: string, redisUrl?: string): Promise<WorkerWorld> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sweepd-worker-'))
    const store = createPostgresStore({ databaseUrl })
    const queue = await openTrialQueue({ databaseUrl, redisUrl })
    const env = { DATABASE_URL: databaseUrl, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) }
    return new WorkerWorld({ store, queue }, env, dataDir)
  }

  async close(): Promise<void> {
    for (const worker of this.workers) {
      if (worker.exitCode !== null || worker.signalCode !== null) continue
      worker.kill('SIGKILL')
      await once(worker, 'exit')
    }
    await this.ports.store.close()
    await this.ports.queue.close()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** A worker with one slot and short times, when it is ready. */
  async startWorker(env: Record<string, string> = {}): Promise<ChildProcess> {
    const worker = fork(WORKER_ENTRY, {
      env: {
        PATH: process.env['PATH'],
        ...this.env,
        SWEEPD_DATA_DIR: this.dataDir,
        WORKER_SLOTS: '1',
        LEASE_MS: '5000',
        RETRY_BACKOFF_MS: '10',
        CHECKPOINT_INTERVAL_MS: NEVER_MS,
        RECONCILE_INTERVAL_MS: '300',
        LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    worker.stdout?.resume()
    this.workers.push(worker)
    await once(worker, 'message')
    return worker
  }

  /** A sweep of one trial with the same hyperparameters each time, except for `fixed`. */
  async createTrial(fixed: object): Promise<Sweep> {
    const definition = {
      name: 'worker test',
      dataset: 'synthetic',
      space: {},
      fixed: { convLayers: [4], hiddenLayers: [8], trainSize: 320, ...fixed },
    }
    return (await createSweep(this.ports, definition, { maxTrials: 10 })).sweep
  }

  async getTrial(sweep: Sweep): Promise<TrialDetail> {
    const { items } = await this.ports.store.listTrials({ sweepId: sweep.id, limit: 1 })
    const trial = await this.ports.store.findTrial(items[0]?.id ?? '')
    if (trial === undefined) throw new Error('the sweep has no trial')
    return trial
  }

  waitForState(sweep: Sweep, state: TrialDetail['state']): Promise<void> {
    return waitUntil(
      `the trial is ${state}`,
      async () => (await this.getTrial(sweep)).state === state,
      WAIT_MS,
    )
  }

  waitForEpoch(sweep: Sweep, epoch: number): Promise<void> {
    return waitUntil(
      `epoch ${epoch} is stored`,
      async () => (await this.getTrial(sweep)).epochsDone >= epoch,
      WAIT_MS,
    )
  }
}

/** What a trial must come to, whatever happens to it on the way. */
export const outcomeOf = ({ state, history, metrics, score }: TrialDetail) => ({
  state,
  metrics,
  score,
  history: history.map(({ durationMs, ...measured }: EpochMetrics) => measured),
})

/** Which epochs the attempts of a trial trained, in the order of the attempts. */
export const listTrainedEpochs = ({ attemptHistory }: TrialDetail): number[] =>
  attemptHistory.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch))
