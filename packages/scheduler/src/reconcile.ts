import type { Sweep } from '@sweepd/core'
import type { SchedulerPorts, SweepStore, TrialQueue } from './ports.js'

const TRIALS_PER_PAGE = 1000
const SWEEPS_PER_PAGE = 100

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
  const completedSweeps = await completeEndedSweeps(store)
  if (expired.length > 0) await queue.enqueue(expired)
  const enqueued = await fillQueue(store, queue)
  return { expired: expired.length, enqueued, completedSweeps }
}

async function completeEndedSweeps(store: SweepStore): Promise<number> {
  let completed = 0
  let cursor: string | undefined
  do {
    const page = await store.listSweeps({ state: 'running', limit: SWEEPS_PER_PAGE, cursor })
    for (const sweep of page.items)
      if (hasOnlyEndedTrials(sweep) && (await store.completeSweep(sweep.id))) completed++
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return completed
}

const hasOnlyEndedTrials = ({ state, trialCounts }: Sweep): boolean =>
  state === 'running' && trialCounts.queued + trialCounts.running === 0

/** Counts first: the usual case, in which nothing is missing, should not read every waiting trial. */
async function fillQueue(store: SweepStore, queue: TrialQueue): Promise<number> {
  const trials = await store.countWaitingTrials()
  const jobs = await queue.countWaitingJobs()
  if (jobs >= trials) return 0
  let enqueued = 0
  let after: string | undefined
  for (;;) {
    const waiting = await store.listWaitingTrials({ after, limit: TRIALS_PER_PAGE })
    if (waiting.length > 0) await queue.enqueue(waiting)
    enqueued += waiting.length
    if (waiting.length < TRIALS_PER_PAGE) return enqueued
    after = waiting.at(-1)?.trialId
  }
}
