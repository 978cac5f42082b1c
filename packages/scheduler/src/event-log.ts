import type { Sweep, Trial } from '@sweepd/core'

/**
 * A place in the log: after all of what is below it, before everything else. Places compare by `xid`, then by `id`; a
 * row's own place is its two numbers.
 */
export interface LogPlace {
  /** The number of a transaction, which grows with time on one database, across restarts and for all processes. */
  readonly xid: bigint
  readonly id: bigint
}

/** One line of the log: that something changed, not what it is now. */
export interface LoggedChange extends LogPlace {
  /** `sweep`: it was created, changed or deleted; `trial`: one trial of it; `trials`: several of it at once. */
  readonly kind: 'sweep' | 'trial' | 'trials'
  readonly sweepId: string
  /** Null unless it is about one trial. */
  readonly trialId: string | null
}

/** A stretch of the log. */
export interface LogPage {
  /** In order; no line can appear among or before them any more. */
  readonly changes: readonly LoggedChange[]
  /** Where to read on: nothing before it was left out. */
  readonly next: LogPlace
  /** Whether more can be read at once. */
  readonly isFull: boolean
  /** Lines from the place that was asked for on were forgotten, or it is a place in another database's log. */
  readonly hasGap: boolean
}

/** What changed, in an order that all processes agree on, and what it is now; for those who watch. */
export interface EventLog {
  /** The lines from a place on (that of a line includes it), at most so many. */
  readLog(from: LogPlace, limit: number): Promise<LogPage>
  /** The place after all that has been committed; what any query returns from now on holds everything before it. */
  findEndOfLog(): Promise<LogPlace>
  /** Those that exist, in any order. */
  findSweeps(ids: readonly string[]): Promise<readonly Sweep[]>
  /** Those that exist, as lists show them, in any order. */
  findTrials(ids: readonly string[]): Promise<readonly Trial[]>
}
