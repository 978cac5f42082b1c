import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TrialQueue } from '../ports.js'
import { offerJobs } from './offer-jobs.js'

/** Adding so many jobs takes some 8 ms, in which this process does nothing else. */
const JOBS_AT_ONCE = 200

/** The caller waits for so many jobs, which keep every slot busy until the others have followed. */
const JOBS_AWAITED = 2000

/** Sweeps whose jobs this process is still queueing. */
const UNFINISHED = new Map<string, AbortController>()

/**
 * Queues a job for each trial of a new sweep. The caller waits for the first of them only: 100,000 jobs take 5 to 10 s. If
 * this process ends before the last, `reconcile` offers the rest.
 */
export async function offerFirst(
  queue: TrialQueue,
  sweepId: string,
  trialIds: readonly string[],
): Promise<void> {
  const controller = new AbortController()
  UNFINISHED.set(sweepId, controller)
  const offer = async (ids: readonly string[]) => {
    for (let from = 0; from < ids.length && !controller.signal.aborted; from += JOBS_AT_ONCE) {
      const slice = ids.slice(from, from + JOBS_AT_ONCE)
      await offerJobs(
        queue,
        slice.map((trialId) => ({ trialId, attempt: 1 })),
      )
      await nextTurn()
    }
  }
  await offer(trialIds.slice(0, JOBS_AWAITED))
  void offer(trialIds.slice(JOBS_AWAITED)).finally(() => UNFINISHED.delete(sweepId))
}

/** Queues no more jobs of a sweep that is about to end; should it not end after all, `reconcile` offers the rest. */
export function stopFirstOffers(sweepId: string): void {
  UNFINISHED.get(sweepId)?.abort()
}
