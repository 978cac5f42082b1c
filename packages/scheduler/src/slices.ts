import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Milliseconds of work after which others get their turn. A request that asks Postgres needs about six turns, and waits for
 * a slice in each of them.
 */
const SLICE_MS = 2

/**
 * For loops of many short steps in a process that also answers requests: `await` what this returns in each of them.
 * Every 2 ms it lets the event loop handle whatever is waiting.
 */
export function takeTurns(): () => Promise<void> | undefined {
  let startedAt = performance.now()
  return () => {
    if (performance.now() - startedAt < SLICE_MS) return undefined
    return nextTurn().then(() => {
      startedAt = performance.now()
    })
  }
}
