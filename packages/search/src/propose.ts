import type { SweepDefinition } from '@sweepd/core'
import { type ModelSpace, type ModelTrial, type Row, rowAt } from './model/model-space.js'
import { createCounterRandom } from './random/counter-random.js'
import { createSobolSequence, type SobolSequence } from './random/sobol.js'
import { proposeByGp } from './samplers/gp.js'
import { proposeByTpe } from './samplers/tpe.js'

/** A sampler that learns from trials. */
export type LearningSampler = Extract<SweepDefinition['sampler'], { type: 'tpe' | 'gp' | 'auto' }>

/** What proposes rows once there is something to learn from. */
export type Model = 'tpe' | 'gp'

/** Rows that are tried if all that a model drew itself are taken. */
const EXTRA_ROWS = 256
/** Beyond so many trials a Gaussian process costs seconds, and TPE is no worse. */
const MAX_GP_TRIALS = 250
/** Choices of one axis, without an order, from which on a Gaussian process has too little to compare. */
const MANY_CHOICES = 7
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
  let [ended, judged] = [0, 0]
  for (const { outcome } of trials) {
    if (outcome.kind !== 'running') ended++
    if (outcome.kind === 'completed' || outcome.kind === 'pruned') judged++
  }
  if (ended < countStartTrials(sampler, space.axes.length) || judged === 0) return undefined
  if (sampler.type === 'tpe' || ended > MAX_GP_TRIALS) return 'tpe'
  return sampler.type === 'gp' || suitsGp(space) ? 'gp' : 'tpe'
}

/**
 * Whether `auto` prefers a Gaussian process: no axis has many choices without an order. Conditions do not matter: on the
 * conditional problem of the bench it is a thousand times as near to the optimum as TPE.
 */
const suitsGp = ({ axes }: ModelSpace): boolean =>
  axes.every(({ kind, levels }) => kind === 'numeric' || levels < MANY_CHOICES)

/**
 * Rows for trial `trialNumber` by a model, the most promising first, from trials in the order of their numbers. The random
 * numbers follow from seed and trial number alone.
 */
export function proposeRows(
  model: Model,
  space: ModelSpace,
  trials: readonly ModelTrial[],
  seed: number,
  trialNumber: number,
): Iterable<Row> {
  const random = createCounterRandom(seed, trialNumber, STREAM_OF_MODELS)
  const scramble = Math.floor(random.uniform() * 2 ** 32)
  const sequence = createSobolSequence(space.axes.length, scramble)
  switch (model) {
    case 'tpe':
      return proposeByTpe(space, trials, random, sobolRows(space, sequence))
    case 'gp':
      return proposeByGp(space, trials, random, sequence)
  }
}

function* sobolRows(space: ModelSpace, sequence: SobolSequence): Generator<Row> {
  for (let index = 0; index < EXTRA_ROWS; index++) yield rowAt(space, sequence.pointAt(index))
}
