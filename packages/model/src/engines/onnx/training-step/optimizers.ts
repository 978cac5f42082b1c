import type { OPTIMIZERS } from '@sweepd/core'
import {
  BETA_1,
  BETA_2,
  EPSILON,
  INITIAL_ACCUMULATOR,
  MOMENTUM,
  RHO,
  WEIGHT_DECAY,
} from '../../optimizer-constants.js'
import type { GraphWriter, Value } from '../graph/graph-writer.js'

export type OptimizerName = (typeof OPTIMIZERS)[number]

/** Numbers that change from step to step; the graph gets them as inputs. */
export interface StepRates {
  /** What the update is multiplied with. */
  readonly rate: number
  /** Share of each weight that is taken away: of all by adamw, of the kernels if a weight decay is given. */
  readonly decay: number
}

interface Update {
  readonly parameters: Value
  readonly state: readonly Value[]
}

interface Optimizer {
  /** What each state vector starts from; as many vectors as entries. */
  readonly initialState: readonly number[]
  /** @param step counted from 1 */
  rates(lr: number, step: number): StepRates
  update(
    graph: GraphWriter,
    parameters: Value,
    gradients: Value,
    state: readonly Value[],
    rates: RateInputs,
  ): Update
}

interface RateInputs {
  readonly rate: Value
  readonly decay: Value
}

/** The same optimizer without a decay of its own, for training whose weight decay is given. */
export const withoutOwnDecay = (optimizer: OptimizerName): OptimizerName =>
  optimizer === 'adamw' ? 'adam' : optimizer

/** Writes arithmetic on whole vectors. */
class Arithmetic {
  constructor(private readonly graph: GraphWriter) {}
  add = (a: Value, b: Value | number) => this.graph.op('Add', [a, this.value(b)])
  sub = (a: Value, b: Value | number) => this.graph.op('Sub', [a, this.value(b)])
  mul = (a: Value, b: Value | number) => this.graph.op('Mul', [a, this.value(b)])
  div = (a: Value, b: Value | number) => this.graph.op('Div', [a, this.value(b)])
  sqrt = (a: Value) => this.graph.op('Sqrt', [a])
  abs = (a: Value) => this.graph.op('Abs', [a])
  max = (a: Value, b: Value) => this.graph.op('Max', [a, b])
  /** from + share × (to − from): a moving average in three passes. */
  approach = (from: Value, to: Value, share: number) => this.add(from, this.mul(this.sub(to, from), share))
  private value = (a: Value | number) => (typeof a === 'number' ? this.graph.floats(a) : a)
}

const constantRate = (lr: number): StepRates => ({ rate: lr, decay: 0 })

/**
 * Kingma and Ba 2014, https://arxiv.org/abs/1412.6980, in the form of section 2's end that Keras uses. State is kept as
 * decaying sums, m / (1 − β₁) and v / (1 − β₂), which need two passes less than averages; rate and ε make up for it.
 */
const adamRate = (lr: number, step: number) =>
  (lr * Math.sqrt(1 - BETA_2 ** step) * ADAM_SCALE) / (1 - BETA_1 ** step)

/** What a quotient of averages, m / √v, is of the same quotient of sums. */
const ADAM_SCALE = (1 - BETA_1) / Math.sqrt(1 - BETA_2)

const updateAdam: Optimizer['update'] = (graph, parameters, gradients, [m, v], { rate }) => {
  if (m === undefined || v === undefined) throw new RangeError('adam keeps two state vectors')
  const a = new Arithmetic(graph)
  const newM = a.add(a.mul(m, BETA_1), gradients)
  const newV = a.add(a.mul(v, BETA_2), a.mul(gradients, gradients))
  const deviation = a.add(a.sqrt(newV), EPSILON / Math.sqrt(1 - BETA_2))
  const step = a.mul(a.div(newM, deviation), rate)
  return { parameters: a.sub(parameters, step), state: [newM, newV] }
}

/** Moves along the velocity; Nesterov's form looks one step ahead of it. */
const updateMomentum =
  (isNesterov: boolean): Optimizer['update'] =>
  (graph, parameters, gradients, [velocity], { rate }) => {
    if (velocity === undefined) throw new RangeError('momentum keeps one state vector')
    const a = new Arithmetic(graph)
    const step = a.mul(gradients, rate)
    const newVelocity = a.sub(a.mul(velocity, MOMENTUM), step)
    const move = isNesterov ? a.sub(a.mul(newVelocity, MOMENTUM), step) : newVelocity
    return { parameters: a.add(parameters, move), state: [newVelocity] }
  }

/** gradient / √(accumulator + ε), the common end of rmsprop and adagrad. */
const updateByAccumulator = (
  graph: GraphWriter,
  parameters: Value,
  gradients: Value,
  accumulator: Value,
  rate: Value,
) => {
  const a = new Arithmetic(graph)
  const step = a.div(a.mul(gradients, rate), a.sqrt(a.add(accumulator, EPSILON)))
  return { parameters: a.sub(parameters, step), state: [accumulator] }
}

/** Each optimizer with Keras' defaults and formulas, https://keras.io/api/optimizers/ */
export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = {
  sgd: {
    initialState: [],
    rates: constantRate,
    update: (graph, parameters, gradients, _state, { rate }) => {
      const a = new Arithmetic(graph)
      return { parameters: a.sub(parameters, a.mul(gradients, rate)), state: [] }
    },
  },
  momentum: { initialState: [0], rates: constantRate, update: updateMomentum(false) },
  nesterov: { initialState: [0], rates: constantRate, update: updateMomentum(true) },
  rmsprop: {
    initialState: [0],
    rates: constantRate,
    update: (graph, parameters, gradients, [mean], { rate }) => {
      if (mean === undefined) throw new RangeError('rmsprop keeps one state vector')
      const a = new Arithmetic(graph)
      const newMean = a.approach(mean, a.mul(gradients, gradients), 1 - RHO)
      return updateByAccumulator(graph, parameters, gradients, newMean, rate)
    },
  },
  adagrad: {
    initialState: [INITIAL_ACCUMULATOR],
    rates: constantRate,
    update: (graph, parameters, gradients, [sum], { rate }) => {
      if (sum === undefined) throw new RangeError('adagrad keeps one state vector')
      const a = new Arithmetic(graph)
      const newSum = a.add(sum, a.mul(gradients, gradients))
      return updateByAccumulator(graph, parameters, gradients, newSum, rate)
    },
  },
  adam: {
    initialState: [0, 0],
    rates: (lr, step) => ({ rate: adamRate(lr, step), decay: 0 }),
    update: updateAdam,
  },
  adamw: {
    initialState: [0, 0],
    rates: (lr, step) => ({ rate: adamRate(lr, step), decay: lr * WEIGHT_DECAY }),
    update: (graph, parameters, gradients, state, rates) => {
      const a = new Arithmetic(graph)
      const decayed = a.sub(parameters, a.mul(parameters, rates.decay))
      return updateAdam(graph, decayed, gradients, state, rates)
    },
  },
  adamax: {
    initialState: [0, 0],
    rates: (lr, step) => ({ rate: lr / (1 - BETA_1 ** step), decay: 0 }),
    update: (graph, parameters, gradients, [m, norm], { rate }) => {
      if (m === undefined || norm === undefined) throw new RangeError('adamax keeps two state vectors')
      const a = new Arithmetic(graph)
      const newM = a.approach(m, gradients, 1 - BETA_1)
      const newNorm = a.max(a.mul(norm, BETA_2), a.abs(gradients))
      const step = a.div(a.mul(newM, rate), a.add(newNorm, EPSILON))
      return { parameters: a.sub(parameters, step), state: [newM, newNorm] }
    },
  },
}
