import { setTimeout as sleep } from 'node:timers/promises'
import type { SweepStore } from '@sweepd/scheduler'
import type { Logger } from 'pino'

export interface PersistContext {
  readonly ports: { readonly store: Pick<SweepStore, 'ping'> }
  readonly log: Logger
  /** Aborted: there is no time left for another try. */
  readonly leaving: AbortSignal
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2000

/** A store that responds and yet refuses the same operation for this long will not accept it later either. */
const MAX_REFUSAL_MS = 60_000

/**
 * Repeats an operation of the store for as long as the store cannot be reached: results are kept until they can be
 * stored, and the store then says whether the attempt still belongs to its worker. Each operation is safe to repeat.
 * Throws the last error when this worker has to leave, or when a reachable store has refused for a minute; and a
 * RangeError at once, as a value out of range stays so.
 */
export async function persist<T>(context: PersistContext, operation: () => Promise<T>): Promise<T> {
  const { log, leaving } = context
  let refusedSince: number | undefined
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LAST_RETRY_MS)) {
    try {
      return await operation()
    } catch (err) {
      refusedSince = (await isReachable(context)) ? (refusedSince ?? performance.now()) : undefined
      const refusedMs = refusedSince === undefined ? 0 : performance.now() - refusedSince
      if (err instanceof RangeError || leaving.aborted || refusedMs > MAX_REFUSAL_MS) throw err
      log.warn({ err, delayMs }, 'store not reached; retrying')
      await sleep(delayMs, undefined, { signal: leaving }).catch(() => {})
    }
  }
}

const isReachable = ({ ports: { store } }: PersistContext): Promise<boolean> =>
  store.ping().then(
    () => true,
    () => false,
  )
