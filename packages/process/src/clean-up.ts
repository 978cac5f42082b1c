/** Closes what was opened, last first. */
export class CleanUp {
  readonly #steps: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined

  add(step: () => Promise<void>): void {
    this.#steps.push(step)
  }

  /** Does the work that opens things and adds a step for each; if it throws, nothing stays open. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // Why it failed matters more than what failed after it.
      await this.run().catch(() => {})
      throw error
    }
  }

  /**
   * Takes all steps, even after one has failed; throws what the first failure threw. A call while it runs waits for
   * the same end.
   */
  run(): Promise<void> {
    this.#running ??= this.#runSteps().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #runSteps(): Promise<void> {
    const failures: unknown[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop())
      await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}
