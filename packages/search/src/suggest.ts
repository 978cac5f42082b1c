import { type Hyperparameters, hashHyperparameters, type SweepDefinition } from '@sweepd/core'
import { drawPoints } from './samplers/draw-points.js'
import { suggestGrid } from './samplers/grid.js'
import { countSuggestions } from './suggest-points.js'

/** What of a sweep's definition decides its points. */
export type SearchDefinition = Pick<SweepDefinition, 'space' | 'fixed' | 'sampler' | 'seed' | 'objective'>

/** What a sampler learns from a trial that no longer trains. */
export type TrialOutcome =
  /** It completed, with this value of the objective as it is stored. */
  | { readonly kind: 'completed'; readonly value: number }
  /** A pruner stopped it after this epoch, with this value of the objective. */
  | { readonly kind: 'pruned'; readonly epoch: number; readonly value: number }
  /** Its training diverged, or nobody can train it: as bad as the worst trial seen. */
  | { readonly kind: 'diverged' }
  /** It says nothing about its point (infrastructure failed, out of memory, cancelled), which still is not tried again. */
  | { readonly kind: 'unknown' }

/** A trial of the sweep that is queued or training. */
export interface RunningTrial {
  /** Its number in the sweep, from 0. */
  readonly number: number
  readonly hyperparameters: Hyperparameters
  readonly hyperparametersHash: string
}

/** A trial of the sweep that has ended. */
export interface EndedTrial extends RunningTrial {
  readonly outcome: TrialOutcome
}

/** Who proposed a point: the sampler that `auto` chose, or a person. */
export type ProposedBy = 'grid' | 'random' | 'sobol'

/** A point for the next trial, or the word that the space has none left. */
export type Suggestion =
  | {
      readonly kind: 'point'
      readonly hyperparameters: Hyperparameters
      readonly hyperparametersHash: string
      readonly proposedBy: ProposedBy
    }
  | { readonly kind: 'exhausted' }

/** What the caller knows about points and the space does not say. */
export interface SuggestOptions {
  /** False for points that cannot be trained, such as networks that shrink away: another point is proposed instead. */
  readonly isPossible?: ((point: Hyperparameters) => boolean) | undefined
}

/**
 * The point of trial `trialNumber`. A pure function: it keeps nothing between calls and draws from streams named by the
 * sweep's seed and the trial's number, so that the same trials give the same point, whoever asks, after any crash. The
 * order in which trials ended, and the order of `ended` and `running`, change nothing.
 *
 * `ended` and `running` together are all trials of the sweep so far: none of their points is proposed again. Only samplers
 * for which `needsHistory` is true look at more than their hashes.
 */
export function suggest(
  definition: SearchDefinition,
  trialNumber: number,
  ended: readonly EndedTrial[],
  running: readonly RunningTrial[],
  { isPossible = () => true }: SuggestOptions = {},
): Suggestion {
  const taken = new Set([...ended, ...running].map(({ hyperparametersHash }) => hyperparametersHash))
  const { type } = definition.sampler
  for (const hyperparameters of propose(definition, trialNumber)) {
    const hyperparametersHash = hashHyperparameters(hyperparameters)
    if (!taken.has(hyperparametersHash) && isPossible(hyperparameters))
      return { kind: 'point', hyperparameters, hyperparametersHash, proposedBy: type }
  }
  return { kind: 'exhausted' }
}

/**
 * Whether the sampler's points depend on the trials before them, so that they can only be suggested as trials end. The
 * points of the others can all be planned when the sweep is created.
 */
export const needsHistory = (_sampler: SweepDefinition['sampler']): boolean => false

/**
 * How many trials of a new sweep may be planned before any of them has ended: all of them, unless the sampler needs a
 * history; then its start, which covers the space evenly. Further ones may be suggested at any time, but know less.
 */
export const countUpFront = (definition: SearchDefinition): number => countSuggestions(definition)

/** Points in the order in which they should be tried by this trial. */
function propose(definition: SearchDefinition, trialNumber: number): Iterable<Hyperparameters> {
  const { type } = definition.sampler
  // Trial n never has a draw before draw n, and those that later draws of earlier trials took are known by their hashes.
  return type === 'grid' ? suggestGrid(definition) : drawPoints(definition, type, trialNumber)
}
