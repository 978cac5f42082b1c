import type {
  EpochMetrics,
  HyperparameterName,
  SortOrder,
  Span,
  SweepPoints,
  Trial,
  TrialCondition,
  TrialField,
  TrialState,
} from '@sweepd/core'

/** A field, or `spread`: an order that has nothing to do with the hyperparameters, the same each time. */
export type PointSort = TrialField | 'spread'

/** Which trials of a sweep to list by column, and in what order; those without the field come last. */
export interface PointsQuery {
  readonly sweepId: string
  readonly sort: PointSort
  readonly order: SortOrder
  readonly conditions: readonly TrialCondition[]
  readonly axes: readonly HyperparameterName[]
  readonly offset: number
  readonly limit: number
}

/** The epochs of a trial since it began or was last retried. */
export interface RecordedCurve {
  readonly trialId: string
  readonly number: number
  readonly state: TrialState
  readonly epochs: readonly EpochMetrics[]
}

/** Attempts of any sweep that overlap a stretch of time, the last of them to start. */
export interface SpanQuery {
  readonly from: Date
  readonly to: Date
  readonly limit: number
}

/** The next trials of a sweep by number, the lowest first. */
export interface ExportQuery {
  readonly sweepId: string
  /** Trials with this number and higher ones. */
  readonly from: number
  readonly limit: number
}

/** What people look at, read in bulk: bounded, by column, and of no use to the scheduler itself. */
export interface SweepViews {
  listPoints(query: PointsQuery): Promise<SweepPoints>
  /** Whole trials in order of their number, page by page: for exports of any size. */
  listByNumber(query: ExportQuery): Promise<readonly Trial[]>
  /** In the order of `trialIds`; what no trial has is left out. */
  listCurves(trialIds: readonly string[]): Promise<readonly RecordedCurve[]>
  /** In order of their start, with how many there are in all. */
  listSpans(query: SpanQuery): Promise<{ readonly total: number; readonly spans: readonly Span[] }>
}
