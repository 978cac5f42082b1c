import type { SchedulerPorts, SweepStore, TrialQueue } from '../ports.js'
import { listPages } from './offer-jobs.js'

/** A worker that was not seen for a day is of no interest any more. */
const WORKER_KEPT_MS = 24 * 3_600_000

/** What `reconcile` had to repair. */
export interface Repairs {
  /** Trials whose worker went silent and that wait again. */
  readonly expired: number
  /** Waiting trials offered to the queue because it held fewer jobs than trials wait. */
  readonly enqueued: number
  /** Sweeps whose last trial ended just before its worker died, completed now. */
  readonly completedSweeps: number
}

/**
 * Brings queue and store together again after any crash: trials whose lease ran out wait once more, sweeps whose
 * trials have all ended are completed, and waiting trials have a job. Safe to run anywhere, at any time, by several
 * at once. Throws if store or queue cannot be reached; the next run does what this one could not.
 */
export async function reconcile({ store, queue }: SchedulerPorts): Promise<Repairs> {
  const expired = await store.requeueExpired()
  const completedSweeps = await store.completeEndedSweeps()
  await store.removeOldWorkers(WORKER_KEPT_MS)
  if (expired.length > 0) await queue.enqueue(expired)
  const enqueued = await fillQueue(store, queue)
  return { expired: expired.length, enqueued, completedSweeps }
}

/** Counts first: the usual case, in which nothing is missing, should not read every waiting trial. */
async function fillQueue(store: SweepStore, queue: TrialQueue): Promise<number> {
  if ((await countMissing(store, queue)) === 0) return 0
  let enqueued = 0
  for await (const trials of listPages(store, {})) {
    await queue.enqueue(trials)
    enqueued += trials.length
  }
  await addStandIns(store, queue)
  return enqueued
}

/**
 * The job of a waiting trial may be in the hands of a worker that trains another one, and cannot be queued again until
 * that ends. Any job invites to the same trials: the one of the attempt after next stands in.
 */
async function addStandIns(store: SweepStore, queue: TrialQueue): Promise<void> {
  const limit = await countMissing(store, queue)
  if (limit === 0) return
  const trials = await store.listClaimableTrials({ limit })
  await queue.enqueue(trials.map((trial) => ({ ...trial, attempt: trial.attempt + 1 })))
}

async function countMissing(store: SweepStore, queue: TrialQueue): Promise<number> {
  const trials = await store.countClaimableTrials()
  return Math.max(0, trials - (await queue.countWaitingJobs()))
}
