import * as tf from '@tensorflow/tfjs-core'
import type { OptimizerName } from '../onnx/training-step/optimizers.js'
import {
  BETA_1,
  BETA_2,
  EPSILON,
  INITIAL_ACCUMULATOR,
  MOMENTUM,
  RHO,
  WEIGHT_DECAY,
} from '../optimizer-constants.js'

/** Weights, gradients and state are flat vectors of one length. */
interface Update {
  readonly parameters: tf.Tensor1D
  readonly state: tf.Tensor1D[]
}

interface Gradients {
  readonly parameters: tf.Tensor1D
  readonly gradients: tf.Tensor1D
  readonly state: readonly tf.Tensor1D[]
}

interface TfjsOptimizer {
  /** The initial value of each state vector. */
  readonly initialState: readonly number[]
  /** @param step counted from 1 */
  update(at: Gradients, lr: number, step: number): Update
}

/** from + share × (to − from) */
const approach = (from: tf.Tensor1D, to: tf.Tensor1D, share: number): tf.Tensor1D =>
  tf.add(from, tf.mul(tf.sub(to, from), share))

function getVector(state: readonly tf.Tensor1D[], index: number): tf.Tensor1D {
  const vector = state[index]
  if (vector === undefined) throw new RangeError(`the optimizer's state has no vector ${index}`)
  return vector
}

/** Moves along the velocity; Nesterov's form looks one step ahead of it. */
const byMomentum = (isNesterov: boolean): TfjsOptimizer => ({
  initialState: [0],
  update: ({ parameters, gradients, state }, lr) => {
    const step = tf.mul(gradients, lr)
    const velocity = tf.sub<tf.Tensor1D>(tf.mul(getVector(state, 0), MOMENTUM), step)
    const move = isNesterov ? tf.sub(tf.mul(velocity, MOMENTUM), step) : velocity
    return { parameters: tf.add(parameters, move), state: [velocity] }
  },
})

/** gradient / √(accumulator + ε), the common end of rmsprop and adagrad. */
const byAccumulator = (
  initial: number,
  accumulate: (accumulator: tf.Tensor1D, squares: tf.Tensor1D) => tf.Tensor1D,
): TfjsOptimizer => ({
  initialState: [initial],
  update: ({ parameters, gradients, state }, lr) => {
    const accumulator = accumulate(getVector(state, 0), tf.square(gradients))
    const step = tf.div(tf.mul(gradients, lr), tf.sqrt(tf.add(accumulator, EPSILON)))
    return { parameters: tf.sub(parameters, step), state: [accumulator] }
  },
})

/** Kingma and Ba 2014, https://arxiv.org/abs/1412.6980, in the form of section 2's end that Keras uses. */
const updateAdam: TfjsOptimizer['update'] = ({ parameters, gradients, state }, lr, step) => {
  const m = approach(getVector(state, 0), gradients, 1 - BETA_1)
  const v = approach(getVector(state, 1), tf.square(gradients), 1 - BETA_2)
  const rate = (lr * Math.sqrt(1 - BETA_2 ** step)) / (1 - BETA_1 ** step)
  const move = tf.mul(tf.div(m, tf.add(tf.sqrt(v), EPSILON)), rate)
  return { parameters: tf.sub(parameters, move), state: [m, v] }
}

/**
 * Each optimizer with Keras' defaults and formulas, https://keras.io/api/optimizers/. Those of TensorFlow.js
 * differ in the place of epsilon (adam, rmsprop) or in their initial state, and it has no adamw.
 */
export const tfjsOptimizers: Readonly<Record<OptimizerName, TfjsOptimizer>> = {
  sgd: {
    initialState: [],
    update: ({ parameters, gradients }, lr) => ({
      parameters: tf.sub(parameters, tf.mul(gradients, lr)),
      state: [],
    }),
  },
  momentum: byMomentum(false),
  nesterov: byMomentum(true),
  rmsprop: byAccumulator(0, (mean, squares) => approach(mean, squares, 1 - RHO)),
  adagrad: byAccumulator(INITIAL_ACCUMULATOR, (sum, squares) => tf.add(sum, squares)),
  adam: { initialState: [0, 0], update: updateAdam },
  adamw: {
    initialState: [0, 0],
    update: ({ parameters, ...at }, lr, step) => {
      const decayed = tf.sub<tf.Tensor1D>(parameters, tf.mul(parameters, lr * WEIGHT_DECAY))
      return updateAdam({ parameters: decayed, ...at }, lr, step)
    },
  },
  adamax: {
    initialState: [0, 0],
    update: ({ parameters, gradients, state }, lr, step) => {
      const m = approach(getVector(state, 0), gradients, 1 - BETA_1)
      const norm = tf.maximum<tf.Tensor1D>(tf.mul(getVector(state, 1), BETA_2), tf.abs(gradients))
      const move = tf.div(tf.mul(m, lr / (1 - BETA_1 ** step)), tf.add(norm, EPSILON))
      return { parameters: tf.sub(parameters, move), state: [m, norm] }
    },
  },
}
