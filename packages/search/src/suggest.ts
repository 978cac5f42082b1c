import { type Hyperparameters, hashHyperparameters, type SweepDefinition } from '@sweepd/core'
import { createEncoding, type Encoding } from './model/encoding.js'
import type { ModelOutcome, ModelTrial, Row } from './model/model-space.js'
import { chooseModel, countStartTrials, type LearningSampler, proposeRows } from './propose.js'
import { createSpace, type Space } from './space/space.js'
import { countSuggestions, listSampled, type SearchDefinition } from './suggest-points.js'

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
export type ProposedBy = 'points' | 'grid' | 'random' | 'sobol' | 'tpe' | 'gp'

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
  const taken = new Set<string>()
  for (const { hyperparametersHash } of ended) taken.add(hyperparametersHash)
  for (const { hyperparametersHash } of running) taken.add(hyperparametersHash)
  const space = createSpace(definition)
  for (const { point, proposedBy } of propose(space, definition, trialNumber, ended, running)) {
    if (!space.isAllowed(point) || !isPossible(point)) continue
    const hyperparametersHash = hashHyperparameters(point)
    if (taken.has(hyperparametersHash)) continue
    return { kind: 'point', hyperparameters: point, hyperparametersHash, proposedBy }
  }
  return { kind: 'exhausted' }
}

/**
 * Whether the sampler's points depend on the trials before them, so that they can only be suggested as trials end. The
 * points of the others can all be planned when the sweep is created.
 */
export const needsHistory = (sampler: SweepDefinition['sampler']): sampler is LearningSampler =>
  sampler.type === 'tpe' || sampler.type === 'gp' || sampler.type === 'auto'

/**
 * How many trials of a new sweep may be planned before any of them has ended: all of them, unless the sampler needs a
 * history; then the points by hand and its start, which covers the space evenly. Further ones may be suggested at any
 * time, but know less.
 */
export function countUpFront(definition: SearchDefinition): number {
  const { sampler } = definition
  const count = countSuggestions(definition)
  if (!needsHistory(sampler)) return count
  const { axes, handPoints } = createSpace(definition)
  return Math.min(count, handPoints.length + countStartTrials(sampler, axes.length))
}

interface Proposal {
  readonly point: Hyperparameters
  readonly proposedBy: ProposedBy
}

/** Points in the order in which they should be tried by this trial. */
function* propose(
  space: Space,
  definition: SearchDefinition,
  trialNumber: number,
  ended: readonly EndedTrial[],
  running: readonly RunningTrial[],
): Generator<Proposal> {
  const { sampler, seed } = definition
  for (const point of space.handPoints) yield { point, proposedBy: 'points' }
  if (needsHistory(sampler)) {
    const encoding = createEncoding(space)
    const trials = listModelTrials(definition, encoding, ended, running)
    const model = chooseModel(sampler, encoding.model, trials)
    if (model !== undefined)
      for (const row of proposeRows(model, encoding.model, trials, seed, trialNumber))
        yield { point: encoding.toPoint(row), proposedBy: model }
  }
  // Trial n never has a draw before draw n, and those that later draws of earlier trials took are known by their hashes.
  const firstDraw = Math.max(0, trialNumber - space.handPoints.length)
  const proposedBy = needsHistory(sampler) ? 'sobol' : sampler.type
  for (const point of listSampled(space, definition, firstDraw)) yield { point, proposedBy }
}

/** What there is to learn from, in the order of trial numbers, so that the order in which trials ended changes nothing. */
function listModelTrials(
  { objective }: SearchDefinition,
  encoding: Encoding,
  ended: readonly EndedTrial[],
  running: readonly RunningTrial[],
): ModelTrial[] {
  const sign = objective.direction === 'maximize' ? -1 : 1
  const trials: ModelTrial[] = []
  for (const trial of ended) {
    const outcome = toModelOutcome(trial.outcome, sign)
    if (outcome !== undefined) trials.push(new LazyTrial(trial, outcome, encoding))
  }
  for (const trial of running) trials.push(new LazyTrial(trial, RUNNING, encoding))
  return trials.sort((a, b) => a.number - b.number)
}

const RUNNING: ModelOutcome = { kind: 'running' }

/** Of ten thousand trials a sampler looks at the points of one thousand. */
class LazyTrial implements ModelTrial {
  readonly number: number

  constructor(
    private readonly trial: RunningTrial,
    readonly outcome: ModelOutcome,
    private readonly encoding: Encoding,
  ) {
    this.number = trial.number
  }

  get row(): Row {
    return this.encoding.toRow(this.trial.hyperparameters)
  }
}

function toModelOutcome(outcome: TrialOutcome, sign: number): ModelOutcome | undefined {
  if (outcome.kind === 'unknown') return undefined
  if (outcome.kind === 'diverged' || !Number.isFinite(outcome.value)) return { kind: 'diverged' }
  const loss = sign * outcome.value
  return outcome.kind === 'completed'
    ? { kind: 'completed', loss }
    : { kind: 'pruned', epoch: outcome.epoch, loss }
}
