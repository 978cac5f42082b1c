import type { Fence, TrialJob, TrialQueue } from '../ports.js'

/** What the queue throws while it is down. */
export class QueueDown extends Error {}

/** The queue's contract in memory, for tests of the use-cases. */
export class MemoryQueue implements TrialQueue {
  /** While true, nothing can be added or counted. */
  isDown = false
  private readonly jobs = new Map<string, TrialJob & { readonly startsAt: number }>()

  constructor(private readonly now: () => number) {}

  async enqueue(jobs: readonly TrialJob[]): Promise<void> {
    this.refuseWhileDown()
    for (const { trialId, attempt, delayMs = 0 } of jobs) {
      const key = `${trialId} ${attempt}`
      if (!this.jobs.has(key))
        this.jobs.set(key, { trialId, attempt, delayMs, startsAt: this.now() + delayMs })
    }
  }

  async countWaitingJobs(): Promise<number> {
    this.refuseWhileDown()
    return this.listReady().length
  }

  async listMissing<T extends Fence>(jobs: readonly T[]): Promise<T[]> {
    this.refuseWhileDown()
    return jobs.filter(({ trialId, attempt }) => !this.jobs.has(`${trialId} ${attempt}`))
  }

  async ping(): Promise<void> {
    this.refuseWhileDown()
  }

  async close(): Promise<void> {}

  /** Jobs that a worker could take now, oldest first. */
  listReady(): Fence[] {
    return [...this.jobs.values()]
      .filter(({ startsAt }) => startsAt <= this.now())
      .map(({ trialId, attempt }) => ({ trialId, attempt }))
  }

  listDelaysMs(): number[] {
    return [...this.jobs.values()].map(({ delayMs = 0 }) => delayMs)
  }

  remove({ trialId, attempt }: Fence): void {
    this.jobs.delete(`${trialId} ${attempt}`)
  }

  /** Loses everything. */
  flush(): void {
    this.jobs.clear()
  }

  private refuseWhileDown(): void {
    if (this.isDown) throw new QueueDown('the queue cannot be reached')
  }
}
