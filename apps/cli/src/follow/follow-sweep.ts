import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, UnreachableError } from '@sweepd/client'
import type { Sweep } from '@sweepd/core'
import { SweepFollower, type SweepReader, type SweepUpdate } from './sweep-follower.js'
import { type NewsSource, SweepNews } from './sweep-news.js'

/** Between two looks while nothing tells of changes, and between two drawings, as clocks go on. */
const INTERVAL_MS = 500
/** Between two looks while all changes are told: after an event, so that those that come together are one look. */
const SETTLE_MS = 200
/** Why trials wait is no change of the sweep, and is not told. */
const STANDSTILL_INTERVAL_MS = 2000
/** In case something is not told that should be. */
const LONGEST_INTERVAL_MS = 15_000
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
  /** Milliseconds between two looks at an API that tells of no changes; 500 unless told. */
  readonly intervalMs?: number
}

/**
 * Follows a sweep to its end, through restarts of the API, and returns its last state. Looks when an event says that
 * something has changed, or regularly, if the API sends none.
 * @throws AbortError when the signal aborts; what the client throws, except that the API cannot answer just now.
 */
export async function followSweep(
  api: SweepReader & NewsSource,
  sweepId: string,
  view: SweepView,
  { signal, fromStart, intervalMs = INTERVAL_MS }: FollowOptions,
): Promise<Sweep> {
  const follower = new SweepFollower(api, sweepId, signal)
  const news = new SweepNews(api, sweepId)
  const persist = <T>(ask: () => Promise<T>) => askUntilAnswered(ask, view, signal)
  try {
    if (!fromStart) await persist(() => follower.skipEnded())
    for (;;) {
      const update = await persist(() => follower.look())
      view.show(update)
      if (isFinished(update.sweep)) return update.sweep
      await untilNews(news, update, view, signal, intervalMs)
    }
  } finally {
    news.close()
    view.close()
  }
}

/** Until it is time to look again; the view is drawn meanwhile, as what runs takes its time. */
async function untilNews(
  news: SweepNews,
  update: SweepUpdate,
  view: SweepView,
  signal: AbortSignal,
  intervalMs: number,
): Promise<void> {
  const lookedAt = performance.now()
  const longestMs = update.running.length > 0 ? LONGEST_INTERVAL_MS : STANDSTILL_INTERVAL_MS
  for (;;) {
    const hasNews = await news.wait(intervalMs, signal)
    if (!news.isLive || performance.now() - lookedAt >= longestMs) return
    if (hasNews) return delay(SETTLE_MS, undefined, { signal })
    view.show({ ...update, events: [] })
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
