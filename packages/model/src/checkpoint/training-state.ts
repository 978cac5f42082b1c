import type { EpochMetrics } from '@sweepd/core'
import type { TrainerState } from '../engines/engine.js'

/**
 * Everything that training needs to resume after an epoch as if it had never been interrupted. Order of the images and
 * dropout masks depend on seed and epoch alone, and early stopping on the history: there is no other state.
 */
export interface TrainingState {
  /** Draws the epochs to come. */
  readonly seed: number
  /** Every epoch so far; never empty. */
  readonly history: readonly EpochMetrics[]
  /** Weights and optimizer after the last of them. */
  readonly trainer: TrainerState
  /** The epoch to come back to in the end, where early stopping restores the best. */
  readonly best?: BestEpoch | undefined
}

/** The best epoch so far, with its weights. */
export interface BestEpoch {
  readonly metrics: EpochMetrics
  readonly trainer: TrainerState
}
