/** Something that goes on beside everything else until it is told to stop. */
export interface Repetition {
  /** Resolves when the turn under way, if there is one, has ended; no other follows. */
  stop(): Promise<void>
}

/** Takes a turn at once, and the next one `intervalMs` after each has ended. @param turn must not throw: it says what failed */
export function repeatUntilStopped(turn: () => Promise<void>, intervalMs: number): Repetition {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let current = run()

  async function run(): Promise<void> {
    await turn()
    if (isStopped) return
    timer = setTimeout(() => {
      current = run()
    }, intervalMs)
  }

  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await current
    },
  }
}
