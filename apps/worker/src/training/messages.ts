import type { EpochMetrics, Score, TrialError } from '@sweepd/core'
import type { ClaimedTrial, TrainedModel } from '@sweepd/scheduler'
import type { ImageSource } from './load-images.js'

/** What a child trains with, as shown to people. */
export interface TrainerInfo {
  /** Such as `onnx cpu`. */
  readonly engine: string
  /** What it computes on, such as `AMD EPYC 9354 32-Core Processor`. */
  readonly device: string
}

/** From a worker to its training child. */
export type ToChild =
  | {
      readonly type: 'train'
      readonly trial: ClaimedTrial
      readonly images: ImageSource
      /** The trained network is wanted with the score. */
      readonly withModel: boolean
    }
  /** The reply to `epoch` and `checkpoint-refused`: it is stored, continue. */
  | { readonly type: 'continue' }
  | { readonly type: 'abort' }

/** From a training child to its worker: `ready` (or `unfit`) once; then, for each `train`, any number of messages and its end. */
export type FromChild =
  | ({ readonly type: 'ready'; readonly selfTestMs?: number | undefined } & TrainerInfo)
  /** Instead of `ready`: its engine does not start, or computes wrong numbers. It ends. */
  | { readonly type: 'unfit'; readonly reason: string }
  /** Sent each second while it works on a trial, to show that it is not stuck. */
  | { readonly type: 'alive' }
  | { readonly type: 'progress'; readonly message: string }
  /** The trial cannot resume from its checkpoint and starts again from epoch 1. */
  | { readonly type: 'checkpoint-refused'; readonly reason: string }
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics; readonly checkpoint: Uint8Array }
  | {
      readonly type: 'finished'
      readonly score: Score
      readonly kept: EpochMetrics
      readonly model?: TrainedModel | undefined
    }
  | { readonly type: 'failed'; readonly error: TrialError }
  | { readonly type: 'aborted' }
