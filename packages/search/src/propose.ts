import type { SweepDefinition } from '@sweepd/core'
import { type ModelSpace, type ModelTrial, type Row, rowAt } from './model/model-space.js'
import { createCounterRandom } from './random/counter-random.js'
import { createSobolSequence } from './random/sobol.js'
import { proposeByTpe } from './samplers/tpe.js'

/** A sampler that learns from trials. */
export type LearningSampler = Extract<SweepDefinition['sampler'], { type: 'tpe' | 'auto' }>

/** What proposes rows once there is something to learn from. */
export type Model = 'tpe'

/** Rows that are tried if all that a model drew itself are taken. */
const EXTRA_ROWS = 256
const STREAM_OF_MODELS = 0x5ea4c4

/**
 * How many trials of a learning sampler follow a Sobol sequence before it learns: 8, or one more than there are axes,
 * but at most a quarter of all trials where these are more than 16.
 */
export const countStartTrials = ({ trials }: LearningSampler, axes: number): number =>
  Math.min(trials, Math.max(4, Math.min(Math.max(8, axes + 1), Math.ceil(trials / 4))))

/** The model that a sampler uses on these trials, or undefined while they are too few. */
export function chooseModel(
  sampler: LearningSampler,
  space: ModelSpace,
  trials: readonly ModelTrial[],
): Model | undefined {
  const ended = trials.filter(({ outcome }) => outcome.kind !== 'running')
  if (ended.length < countStartTrials(sampler, space.axes.length)) return undefined
  if (!ended.some(({ outcome }) => outcome.kind === 'completed' || outcome.kind === 'pruned'))
    return undefined
  return 'tpe'
}

/**
 * Rows for trial `trialNumber` by a model, the most promising first, from trials in the order of their numbers. The random
 * numbers follow from seed and trial number alone.
 */
export function proposeRows(
  _model: Model,
  space: ModelSpace,
  trials: readonly ModelTrial[],
  seed: number,
  trialNumber: number,
): Iterable<Row> {
  const random = createCounterRandom(seed, trialNumber, STREAM_OF_MODELS)
  return proposeByTpe(space, trials, random, sobolRows(space, seed, trialNumber))
}

/** Rows of a Sobol sequence of this trial's own. */
function* sobolRows(space: ModelSpace, seed: number, trialNumber: number): Generator<Row> {
  const scramble = Math.floor(createCounterRandom(seed, trialNumber, STREAM_OF_MODELS, 1).uniform() * 2 ** 32)
  const sequence = createSobolSequence(space.axes.length, scramble)
  for (let index = 0; index < EXTRA_ROWS; index++) yield rowAt(space, sequence.pointAt(index))
}
