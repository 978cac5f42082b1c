import type { LossName } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, metrics } from '@tensorflow/tfjs-layers'
import {
  type BuildOptions,
  buildCNN,
  type Engine,
  type LabelledImages,
  onnxEngine,
  type StepResult,
  type Trainer,
  type TrainingStep,
} from '../src/index.js'
import { Random } from '../src/training/random.js'

/** Images as tests draw them: bytes in memory. */
export type DrawnImages = LabelledImages & { readonly images: Uint8Array; readonly labels: Uint8Array }

export const CLASSES = 4

export interface Case extends BuildOptions {
  readonly batch?: number
  /** `[height, width, channels]`, whatever the data format */
  readonly inputShape?: readonly [number, number, number]
}

/** The shape of an image as the model of a case takes it. */
export const modelShape = ({ inputShape = [12, 11, 1], dataFormat }: Case) => {
  const [height, width, channels] = inputShape
  return dataFormat === 'channelsFirst' ? ([channels, height, width] as const) : inputShape
}

/** A small network with weights that are nowhere at their starting point: negative gammas, biases, shifted averages. */
export function buildDisturbed(network: Case, seed = 7): LayersModel {
  const { batch: _, inputShape: __, ...options } = network
  const model = buildCNN(
    modelShape(network),
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
  { batch = 5, inputShape: [height, width, channels] = [12, 11, 1], dataFormat }: Case,
  seed = 3,
): DrawnImages {
  const random = new Random(seed)
  const images = Uint8Array.from({ length: batch * height * width * channels }, (_, index) =>
    Math.floor(index / channels) % width < width / 3 ? 0 : random.below(256),
  )
  const labels = Uint8Array.from({ length: batch }, () => random.below(CLASSES))
  const last = { size: batch, images, labels }
  return dataFormat === 'channelsFirst' ? toChannelsFirst(last, height * width) : last
}

function toChannelsFirst(set: DrawnImages, pixels: number): DrawnImages {
  const channels = set.images.length / set.size / pixels
  const images = set.images.map((_, index) => {
    const [pixel, plane] = [index % pixels, Math.floor(index / pixels)]
    const [image, channel] = [Math.floor(plane / channels), plane % channels]
    return set.images[(image * pixels + pixel) * channels + channel] ?? 0
  })
  return { ...set, images }
}

const toTensors = (set: DrawnImages, shape: readonly number[]) => ({
  x: tf.div(
    tf.tensor4d(Float32Array.from(set.images), [set.size, ...shape] as [number, number, number, number]),
    255,
  ),
  y: tf.oneHot(tf.tensor1d(set.labels, 'int32'), CLASSES),
})

/** The mean loss plus penalties, as TensorFlow.js computes them. */
function referenceLoss(model: LayersModel, x: tf.Tensor, y: tf.Tensor, loss: LossName): tf.Scalar {
  const probabilities = model.apply(x, { training: true }) as tf.Tensor
  const byImage =
    loss === 'binaryCrossentropy'
      ? metrics.binaryCrossentropy(y, probabilities)
      : metrics.categoricalCrossentropy(y, probabilities)
  return model
    .calculateLosses()
    .reduce((sum: tf.Tensor, penalty) => tf.add(sum, penalty), tf.mean(byImage)) as tf.Scalar
}

/** Loss and gradients by weight name, by TensorFlow.js' own differentiation. Also moves the moving averages. */
export function referenceGradients(
  model: LayersModel,
  set: DrawnImages,
  shape: readonly number[],
  loss: LossName = 'categoricalCrossentropy',
) {
  const { x, y } = toTensors(set, shape)
  const { value, grads } = tf.variableGrads(() => referenceLoss(model, x, y, loss))
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
  set: DrawnImages,
  shape: readonly number[],
): Float32Array {
  return (model.apply(toTensors(set, shape).x, { training: false }) as tf.Tensor).dataSync() as Float32Array
}

/** Every weight of a model by its name. */
export const snapshot = (model: LayersModel): Map<string, Float32Array> =>
  new Map(
    model.weights.map((weight) => [weight.originalName, weight.read().dataSync().slice() as Float32Array]),
  )

/** One step with all images of the set as its batch. */
export async function takeStep(
  trainer: Trainer,
  set: DrawnImages,
  lr: number,
  drawMask: TrainingStep['drawMask'] = () => {},
): Promise<StepResult> {
  const indices = Uint32Array.from({ length: set.size }, (_, index) => index)
  for await (const result of trainer.train(set, [{ indices, lr, drawMask }])) return result
  throw new Error('the trainer took no step')
}

/** A power of two, so that the gradient is exact but for the last bits of a weight divided by it. */
const MEASURING_RATE = 2 ** 12

/** What one step of plain gradient descent takes away, in units of its rate: the gradients, by weight name. */
export async function engineGradients(
  model: LayersModel,
  set: DrawnImages,
  loss: LossName = 'categoricalCrossentropy',
  engine: Engine = onnxEngine,
) {
  const before = snapshot(model)
  const trainer = await engine.createTrainer(model, { optimizer: 'sgd', batchSize: set.size, loss })
  const { loss: value } = await takeStep(trainer, set, MEASURING_RATE)
  await trainer.writeBack()
  await trainer.dispose()
  const after = snapshot(model)
  const gradients = new Map(
    [...before].map(([name, old]) => [
      name,
      old.map((w, i) => (w - (after.get(name)?.[i] ?? Number.NaN)) / MEASURING_RATE),
    ]),
  )
  return { loss: value, gradients, after }
}

/** The largest difference, in units of the largest expected number, or of 0.01 if all are smaller: rounding is absolute. */
export function relativeError(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual === undefined || actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let [difference, size] = [0, 0.01]
  for (let index = 0; index < expected.length; index++) {
    difference = Math.max(difference, Math.abs((actual[index] as number) - (expected[index] as number)))
    size = Math.max(size, Math.abs(expected[index] as number))
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / size
}
