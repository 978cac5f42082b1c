/** The jobs that a consumer is processing, each with the signal that tells it to stop. */
export class JobsInHand {
  readonly #jobs = new Map<string, { stop: AbortController; done: Promise<void> }>()

  get isEmpty(): boolean {
    return this.#jobs.size === 0
  }

  /**
   * Processes a job. One that is already in hand is not processed twice: delivered again, because its lock ran out
   * while the server was away, it is done at once, so that the slot that it was delivered to does not wait for the other.
   */
  process(jobId: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#jobs.has(jobId)) return Promise.resolve()
    const stop = new AbortController()
    const done = work(stop.signal).finally(() => this.#jobs.delete(jobId))
    this.#jobs.set(jobId, { stop, done })
    return done
  }

  /** Aborts the signal of one job. */
  stop(jobId: string, reason: Error): void {
    this.#jobs.get(jobId)?.stop.abort(reason)
  }

  /** Aborts the signals of all jobs. */
  stopAll(reason: Error): void {
    for (const { stop } of this.#jobs.values()) stop.abort(reason)
  }

  /** Resolves when each of the jobs now in hand has ended, well or badly. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#jobs.values()].map(({ done }) => done))
  }
}
