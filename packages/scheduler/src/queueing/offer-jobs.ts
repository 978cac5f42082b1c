import type {
  ClaimableQuery,
  SchedulerPorts,
  SweepStore,
  TrialJob,
  TrialQueue,
  WaitingTrial,
} from '../ports.js'

/**
 * Queues jobs of trials that the store already has waiting. A queue that cannot be reached now is no failure:
 * `reconcile` fills it later.
 */
export async function offerJobs(queue: TrialQueue, jobs: readonly TrialJob[]): Promise<void> {
  await queue.enqueue(jobs).catch(() => {})
}

const TRIALS_PER_PAGE = 1000

/** Queues a job for each trial of a sweep that may start, after something let them: a resume, a retry, more room. */
export async function inviteWorkers(ports: SchedulerPorts, sweepId: string): Promise<void> {
  for await (const trials of listPages(ports.store, { sweepId })) await offerJobs(ports.queue, trials)
}

/** Queues jobs for the trials that a sweep with `maxParallel` has room for, now that one of its own has stopped. */
export async function inviteToLimitedSweep(ports: SchedulerPorts, sweepId: string): Promise<void> {
  for await (const trials of listPages(ports.store, { sweepId, isLimited: true }))
    await offerJobs(ports.queue, trials)
}

/** Claimable trials, page by page; no page is empty. */
export async function* listPages(
  store: SweepStore,
  query: Omit<ClaimableQuery, 'after' | 'limit'>,
): AsyncGenerator<readonly WaitingTrial[]> {
  let after: string | undefined
  for (;;) {
    const trials = await store.listClaimableTrials({ ...query, after, limit: TRIALS_PER_PAGE })
    if (trials.length > 0) yield trials
    if (trials.length < TRIALS_PER_PAGE) return
    after = trials.at(-1)?.trialId
  }
}
