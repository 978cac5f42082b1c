import { growSweeps } from '../growing/grow-sweep.js'
import type { SchedulerPorts, SweepStore, TrialQueue } from '../ports.js'
import { listPages } from './offer-jobs.js'

/** A worker that was not seen for a day is of no interest any more. */
const WORKER_KEPT_MS = 24 * 3_600_000

/** An upload of a data set that got nothing for so long has broken off. */
const UPLOAD_SILENCE_MS = 10 * 60_000

/** What `reconcile` had to repair. */
export interface Repairs {
  /** Trials whose worker went silent and that wait again. */
  readonly expired: number
  /** Jobs queued because, at two looks in a row, the queue held fewer than trials could start. */
  readonly enqueued: number
  /** Sweeps whose last trial ended just before its worker died, completed now. */
  readonly completedSweeps: number
  /** Sweeps that grew, or whose held trials were decided on, because whoever ended their last trial did not get to it. */
  readonly grownSweeps: number
}

/** What one process remembers from one look at the queue to the next. */
export class JobWatch {
  /** Jobs that were missing at the last look; more than 0: worth looking again soon. */
  missing = 0
}

/**
 * Brings queue and store together again after any crash: trials whose lease ran out wait once more, sweeps grow that
 * were about to, sweeps whose trials have all ended are completed, and waiting trials have a job. Safe to run anywhere, at any time, by several
 * at once. Throws if the store or the queue is unavailable; the next run does what this one could not.
 */
export async function reconcile(ports: SchedulerPorts, watch: JobWatch = new JobWatch()): Promise<Repairs> {
  const { store, queue } = ports
  const expired = await store.requeueExpired()
  const grownSweeps = await growSweeps(ports)
  const completedSweeps = await store.completeEndedSweeps()
  await store.removeOldWorkers(WORKER_KEPT_MS)
  await store.trimLog()
  await store.datasets.removeBrokenUploads(UPLOAD_SILENCE_MS)
  if (expired.length > 0) await queue.enqueue(expired)
  const enqueued = await fillQueue(store, queue, watch)
  return { expired: expired.length, enqueued, completedSweeps, grownSweeps }
}

/**
 * Queues what was missing at the last look and still is. A number that shrinks between two looks is somebody else at
 * work: a new sweep whose jobs are being queued, or another process that fills the queue.
 */
async function fillQueue(store: SweepStore, queue: TrialQueue, watch: JobWatch): Promise<number> {
  const before = watch.missing
  watch.missing = await countMissing(store, queue)
  if (before === 0 || watch.missing < before) return 0
  const enqueued = await offerMissing(store, queue, before)
  watch.missing = 0
  return enqueued
}

/**
 * Offers at most `count` jobs to be taken now, of those trials first that have none; and delayed ones on the way. If that is not enough, the job of a waiting trial is
 * in the hands of a worker that trains another one, and cannot be queued again until that ends. Any job invites to the
 * same trials: the one of the attempt after next stands in.
 */
async function offerMissing(store: SweepStore, queue: TrialQueue, count: number): Promise<number> {
  let enqueued = 0
  for await (const trials of listPages(store, {})) {
    const missing = await queue.listMissing(trials)
    const ready = missing.filter(({ delayMs }) => delayMs === 0).slice(0, count - enqueued)
    const jobs = [...ready, ...missing.filter(({ delayMs }) => delayMs > 0)]
    if (jobs.length > 0) await queue.enqueue(jobs)
    enqueued += ready.length
    if (enqueued === count) return enqueued
  }
  const left = Math.min(count - enqueued, await countMissing(store, queue))
  if (left === 0) return enqueued
  const trials = await store.listClaimableTrials({ limit: left })
  await queue.enqueue(trials.map((trial) => ({ ...trial, attempt: trial.attempt + 1 })))
  return enqueued + trials.length
}

/** Jobs first: a trial that is claimed in between is then not taken for one without a job. */
async function countMissing(store: SweepStore, queue: TrialQueue): Promise<number> {
  const jobs = await queue.countWaitingJobs()
  return Math.max(0, (await store.countClaimableTrials()) - jobs)
}
