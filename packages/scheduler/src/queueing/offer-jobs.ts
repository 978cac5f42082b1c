import type { TrialJob, TrialQueue } from '../ports.js'

/**
 * Queues jobs of trials that the store already has waiting. A queue that cannot be reached now is no failure:
 * `reconcile` fills it later.
 */
export async function offerJobs(queue: TrialQueue, jobs: readonly TrialJob[]): Promise<void> {
  await queue.enqueue(jobs).catch(() => {})
}
