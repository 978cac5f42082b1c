import type { Hyperparameters } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { buildCNN, type LabelledImages, type NetworkOptions, onnxEngine } from '../src/index.js'
import { Random } from '../src/random.js'

export const CLASSES = 4

export interface Case extends Partial<NetworkOptions> {
  readonly batch?: number
  readonly inputShape?: readonly [number, number, number]
}

/** A small network with weights that are nowhere at their starting point: negative gammas, biases, shifted averages. */
export function buildDisturbed({ inputShape = [12, 11, 1], ...options }: Case, seed = 7): LayersModel {
  const model = buildCNN(
    inputShape,
    CLASSES,
    { convLayers: [2, 3], hiddenLayers: [5], dropout: 0, ...options },
    seed,
  )
  const random = new Random(seed)
  const uniform = (from: number, to: number) => from + ((to - from) * random.uint32()) / 2 ** 32
  for (const layer of model.layers) {
    const isBatchNorm = layer.getClassName() === 'BatchNormalization'
    const fresh = layer.getWeights().map((weight, index) => {
      // A convolution's bias before batch normalisation stays zero, as in training.
      if (index === 1 && options.bn && layer.getClassName() === 'Conv2D') return weight
      if (index === 0 && !isBatchNorm) return weight
      const [from, to] =
        isBatchNorm && index === 3 ? [0.5, 1.5] : isBatchNorm && index === 0 ? [-1.5, 1.5] : [-0.3, 0.3]
      return tf.tensor(
        Float32Array.from({ length: weight.size }, () => uniform(from, to)),
        weight.shape,
      )
    })
    layer.setWeights(fresh)
  }
  return model
}

/** Random pixels, the left third black: there all candidates of a pooling window are equal. */
export function drawImages(
  { batch = 5, inputShape: [height, width, channels] = [12, 11, 1] }: Case,
  seed = 3,
): LabelledImages {
  const random = new Random(seed)
  const images = Uint8Array.from({ length: batch * height * width * channels }, (_, index) =>
    Math.floor(index / channels) % width < width / 3 ? 0 : random.below(256),
  )
  return { size: batch, images, labels: Uint8Array.from({ length: batch }, () => random.below(CLASSES)) }
}

const toTensors = (set: LabelledImages, shape: readonly number[]) => ({
  x: tf.div(
    tf.tensor4d(Float32Array.from(set.images), [set.size, ...shape] as [number, number, number, number]),
    255,
  ),
  y: tf.oneHot(tf.tensor1d(set.labels, 'int32'), CLASSES),
})

/** Mean cross-entropy plus penalties, as TensorFlow.js computes them. */
function referenceLoss(model: LayersModel, x: tf.Tensor, y: tf.Tensor, training: boolean): tf.Scalar {
  const probabilities = model.apply(x, { training }) as tf.Tensor
  const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(probabilities)), 1)))
  return model
    .calculateLosses()
    .reduce((sum: tf.Tensor, loss) => tf.add(sum, loss), crossEntropy) as tf.Scalar
}

/** Loss and gradients by weight name, by TensorFlow.js' own differentiation. Also moves the moving averages. */
export function referenceGradients(model: LayersModel, set: LabelledImages, shape: readonly number[]) {
  const { x, y } = toTensors(set, shape)
  const { value, grads } = tf.variableGrads(() => referenceLoss(model, x, y, true))
  const gradients = new Map(
    Object.entries(grads).map(([name, gradient]) => [name, gradient.dataSync() as Float32Array]),
  )
  return {
    loss: value.dataSync()[0] as number,
    gradients,
    named: Object.entries(grads).map(([name, tensor]) => ({ name, tensor })),
  }
}

export function referencePredictions(
  model: LayersModel,
  set: LabelledImages,
  shape: readonly number[],
): Float32Array {
  return (model.apply(toTensors(set, shape).x, { training: false }) as tf.Tensor).dataSync() as Float32Array
}

/** Every weight of a model by its name. */
export const snapshot = (model: LayersModel): Map<string, Float32Array> =>
  new Map(
    model.weights.map((weight) => [weight.originalName, weight.read().dataSync().slice() as Float32Array]),
  )

/** What one step of plain gradient descent with rate 1 takes away: the gradients, by weight name. */
export async function engineGradients(model: LayersModel, set: LabelledImages) {
  const before = snapshot(model)
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'sgd', batchSize: set.size })
  const { loss } = await trainer.step(set.images, set.labels, 1, () => {})
  await trainer.writeBack()
  await trainer.dispose()
  const after = snapshot(model)
  const gradients = new Map(
    [...before].map(([name, old]) => [name, old.map((w, i) => w - (after.get(name)?.[i] ?? Number.NaN))]),
  )
  return { loss, gradients, after }
}

/** The largest difference, in units of the largest expected number, or of 0.01 where all are smaller: rounding is absolute. */
export function relativeError(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual === undefined || actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let [difference, size] = [0, 0.01]
  for (let index = 0; index < expected.length; index++) {
    difference = Math.max(difference, Math.abs((actual[index] as number) - (expected[index] as number)))
    size = Math.max(size, Math.abs(expected[index] as number))
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / size
}

export type Reg = Hyperparameters['reg']
