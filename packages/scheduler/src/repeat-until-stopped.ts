/** Something that runs in the background until it is stopped. */
export interface Repetition {
  /** Resolves when the turn under way, if there is one, has ended; no other follows. */
  stop(): Promise<void>
}

/**
 * Takes a turn at once, and the next one `intervalMs` after each has ended, or after what the turn returns, if that is
 * sooner. @param turn must not throw: it says what failed
 */
export function repeatUntilStopped(
  turn: () => Promise<void> | Promise<number | undefined>,
  intervalMs: number,
): Repetition {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let current = run()

  async function run(): Promise<void> {
    const soonerMs = (await turn()) ?? intervalMs
    if (isStopped) return
    timer = setTimeout(
      () => {
        current = run()
      },
      Math.min(soonerMs, intervalMs),
    )
  }

  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await current
    },
  }
}
