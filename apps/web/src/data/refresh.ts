import type { Sweep, Trial } from '@sweepd/core'
import { liveState } from '../live/live'

/** How often something is read again while it changes, and while nobody looks, if nobody tells of changes. */
const LIVE_MS = 1000
const HIDDEN_MS = 10_000
const IDLE_MS = 5000

/** Never, while changes are told: they bring about what is read. */
function whileVisible(ms: number): number | false {
  if (liveState() === 'live') return false
  return document.visibilityState === 'visible' ? ms : HIDDEN_MS
}

/** For what changes at any time. */
export const refreshOften = (): number | false => whileVisible(LIVE_MS)

/** For what is much to read. */
export const refreshSlowly = (sweep: Pick<Sweep, 'state' | 'trialCounts'>): number | false =>
  whileVisible(isLive(sweep) ? 2 * LIVE_MS : IDLE_MS)

/** For lists that something new may be added to. */
export const refreshSometimes = (): number | false => whileVisible(IDLE_MS)

/** Whether a sweep goes on by itself. */
export const isLive = (sweep: Pick<Sweep, 'state' | 'trialCounts'>): boolean =>
  sweep.state === 'running' || sweep.trialCounts.running > 0

/** For what belongs to a sweep: ended or waiting ones change by hand only. */
export const refreshSweep = (sweep: Pick<Sweep, 'state' | 'trialCounts'> | undefined): number | false =>
  whileVisible(sweep === undefined || isLive(sweep) ? LIVE_MS : IDLE_MS)

/** For one trial. Why it waits changes without an event: a worker comes, or another sweep goes first. */
export function refreshTrial(trial: Pick<Trial, 'state'> | undefined): number | false {
  if (trial?.state === 'queued' && document.visibilityState === 'visible') return IDLE_MS
  return whileVisible(trial?.state === 'running' ? LIVE_MS : IDLE_MS)
}
