/** The jobs that a consumer is processing. */
export class JobsInHand {
  readonly #jobs = new Map<string, Promise<void>>()

  get isEmpty(): boolean {
    return this.#jobs.size === 0
  }

  /**
   * Processes a job. One that is already in hand is not processed twice: delivered again, because its lock ran out
   * while the server was away, it is done at once, so that the slot that it was delivered to does not wait for the other.
   */
  process(jobId: string, work: () => Promise<void>): Promise<void> {
    if (this.#jobs.has(jobId)) return Promise.resolve()
    const done = work().finally(() => this.#jobs.delete(jobId))
    this.#jobs.set(jobId, done)
    return done
  }

  /** Resolves when each of the jobs now in hand has ended, well or badly. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#jobs.values())
  }
}
