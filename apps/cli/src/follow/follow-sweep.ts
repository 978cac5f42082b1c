import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, UnreachableError } from '@sweepd/client'
import type { Sweep } from '@sweepd/core'
import { SweepFollower, type SweepReader, type SweepUpdate } from './sweep-follower.js'

const INTERVAL_MS = 500
const OUTAGE_INTERVAL_MS = 1000

/** Shows a sweep that is followed. */
export interface SweepView {
  show(update: SweepUpdate): void
  /** The API does not answer; it is asked again until it does, which `show` then tells. */
  showOutage(error: Error): void
  /** Leaves the terminal as it was; what was printed stays. */
  close(): void
}

export interface FollowOptions {
  readonly signal: AbortSignal
  /** Whether what ended before is told as well. */
  readonly fromStart: boolean
  /** Milliseconds between two looks; 500 unless told. */
  readonly intervalMs?: number
}

/**
 * Follows a sweep to its end, through restarts of the API, and returns its last state.
 * @throws AbortError when the signal aborts; what the client throws, except that the API cannot answer just now.
 */
export async function followSweep(
  api: SweepReader,
  sweepId: string,
  view: SweepView,
  { signal, fromStart, intervalMs = INTERVAL_MS }: FollowOptions,
): Promise<Sweep> {
  const follower = new SweepFollower(api, sweepId, signal)
  const persist = <T>(ask: () => Promise<T>) => askUntilAnswered(ask, view, signal)
  try {
    if (!fromStart) await persist(() => follower.skipEnded())
    for (;;) {
      const update = await persist(() => follower.look())
      view.show(update)
      if (isFinished(update.sweep)) return update.sweep
      await delay(intervalMs, undefined, { signal })
    }
  } finally {
    view.close()
  }
}

const isFinished = ({ state }: Sweep): boolean => state === 'completed' || state === 'cancelled'

async function askUntilAnswered<T>(ask: () => Promise<T>, view: SweepView, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      if (!isOutage(error)) throw error
      view.showOutage(error)
    }
    await delay(OUTAGE_INTERVAL_MS, undefined, { signal })
  }
}

const isOutage = (error: unknown): error is Error =>
  error instanceof UnreachableError ||
  (error instanceof ApiError && (error.status >= 500 || error.status === 429))
