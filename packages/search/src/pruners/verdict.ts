import type { SweepDefinition } from '@sweepd/core'

/** What a pruner knows when an epoch of a trial has just been stored. */
export interface EpochFacts {
  readonly objective: SweepDefinition['objective']
  /** Epochs that the trial is to train. */
  readonly epochs: number
  /** The objective after each epoch so far, the newest last. */
  readonly history: readonly number[]
  /** The objective of the sweep's other trials after the same epoch, of those that have come so far. */
  readonly peers: readonly number[]
}

/**
 * What becomes of a trial after an epoch. `prune` ends it; `hold` lets it wait with its checkpoint, for `settleRungs` to
 * decide; both say why.
 */
export type Verdict =
  | { readonly kind: 'continue' }
  | { readonly kind: 'prune' | 'hold'; readonly reason: string }

/** The trial goes on. */
export const CONTINUE: Verdict = { kind: 'continue' }

/** "1 epoch", "3 epochs". */
export const countEpochs = (count: number): string => `${count} epoch${count === 1 ? '' : 's'}`
