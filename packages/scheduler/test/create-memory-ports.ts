import type { EpochMetrics, Score, Sweep, TrialDetail } from '@sweepd/core'
import {
  type ClaimedTrial,
  createSweep,
  finishTrial,
  JobWatch,
  type Repairs,
  reconcile,
  type SchedulerPorts,
  startTrial,
} from '../src/index.js'
import { MemoryQueue } from '../src/memory/memory-queue.js'
import { MemoryStore } from '../src/memory/memory-store.js'

export const LEASE_MS = 1000

export const SCORE: Score = { test_loss: 0.3, test_acc: 0.9, confusionMatrix: [[1]], perClass: [] }
export const EPOCH: EpochMetrics = { epoch: 1, loss: 1, acc: 0.5, val_loss: 1, val_acc: 0.6, durationMs: 10 }

/** Ports in memory, with a clock that stands still until it is told to go on. */
export interface MemoryPorts extends SchedulerPorts {
  readonly store: MemoryStore
  readonly queue: MemoryQueue
  pass(ms: number): void
}

export function createMemoryPorts(): MemoryPorts {
  let now = Date.UTC(2026, 0, 1)
  const store = new MemoryStore(() => now)
  const queue = new MemoryQueue(() => now)
  const pass = (ms: number) => {
    now += ms
  }
  return { store, queue, pass }
}

/** A sweep of one trial, started by a worker. */
export async function startOneTrial(ports: MemoryPorts): Promise<ClaimedTrial> {
  await createSweep(ports, { name: 'one', space: {} }, { maxTrials: 1 })
  return startNext(ports)
}

/** A sweep of so many trials. */
export async function createRates(ports: MemoryPorts, count: number, more: object = {}): Promise<Sweep> {
  const lr = Array.from({ length: count }, (_, index) => 0.1 / (index + 1))
  const { sweep } = await createSweep(ports, { name: 'rates', space: { lr }, ...more }, { maxTrials: count })
  return sweep
}

/** A sweep of one trial, which has a score. */
export async function completeOneTrial(ports: MemoryPorts): Promise<ClaimedTrial> {
  const trial = await startOneTrial(ports)
  await finishTrial(ports, trial, SCORE, EPOCH)
  return trial
}

/** The next job that is ready, taken by a worker; throws if it gives no trial. */
export async function startNext(ports: MemoryPorts): Promise<ClaimedTrial> {
  const trial = await takeNext(ports)
  if (trial === undefined) throw new Error('no trial was started')
  return trial
}

export async function takeNext(ports: MemoryPorts): Promise<ClaimedTrial | undefined> {
  const [job] = ports.queue.listReady()
  if (job === undefined) throw new Error('no job is ready')
  ports.queue.remove(job)
  return startTrial(ports, { workerId: 'worker', leaseMs: LEASE_MS })
}

export async function getOnlyTrial({ store }: MemoryPorts): Promise<TrialDetail> {
  const [trial] = await store.listDetails()
  if (trial === undefined) throw new Error('there is no trial')
  return trial
}

/** One process, at two looks in a row: it acts on what is missing at both. What the second one did. */
export async function reconcileTwice(ports: SchedulerPorts): Promise<Repairs> {
  const watch = new JobWatch()
  await reconcile(ports, watch)
  return reconcile(ports, watch)
}
