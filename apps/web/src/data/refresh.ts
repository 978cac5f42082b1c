import type { Sweep, Trial } from '@sweepd/core'

/** How often something is read again while it changes, and while nobody looks. */
const LIVE_MS = 1000
const HIDDEN_MS = 10_000
const IDLE_MS = 5000

const whileVisible = (ms: number): number => (document.visibilityState === 'visible' ? ms : HIDDEN_MS)

/** For what changes at any time. */
export const refreshOften = (): number => whileVisible(LIVE_MS)

/** For lists that something new may be added to. */
export const refreshSometimes = (): number => whileVisible(IDLE_MS)

/** Whether a sweep goes on by itself. */
export const isLive = (sweep: Pick<Sweep, 'state' | 'trialCounts'>): boolean =>
  sweep.state === 'running' || sweep.trialCounts.running > 0

/** For what belongs to a sweep: ended or waiting ones change by hand only. */
export const refreshSweep = (sweep: Pick<Sweep, 'state' | 'trialCounts'> | undefined): number =>
  whileVisible(sweep === undefined || isLive(sweep) ? LIVE_MS : IDLE_MS)

/** For one trial. */
export const refreshTrial = (trial: Pick<Trial, 'state'> | undefined): number =>
  whileVisible(trial?.state === 'running' || trial?.state === 'queued' ? LIVE_MS : IDLE_MS)
