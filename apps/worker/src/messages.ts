import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import type { DatasetLocation } from '@sweepd/dataset'
import type { ClaimedTrial } from '@sweepd/scheduler'

/** What a worker tells its training child. */
export type ToChild =
  | { readonly type: 'train'; readonly trial: ClaimedTrial; readonly location: DatasetLocation }
  /** Answers `epoch`: it is stored, go on. */
  | { readonly type: 'continue' }
  | { readonly type: 'abort' }

/** What a training child tells its worker. One `train` is answered by any number of `epoch` and one of the others. */
export type FromChild =
  | { readonly type: 'progress'; readonly message: string }
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics }
  | { readonly type: 'finished'; readonly score: Score; readonly kept: EpochMetrics }
  | { readonly type: 'failed'; readonly error: TrialError }
  | { readonly type: 'aborted' }
