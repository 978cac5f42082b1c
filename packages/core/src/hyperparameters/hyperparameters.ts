import { z } from 'zod'
import { numericSchemas, wholeNumberFrom } from './numeric-hyperparameters.js'

const MAX_LAYERS = 12

/** `n` means `[n, n]`; a square pair is written as its one number, so that equal points compare equal. */
const squareOrPair = (what: string, side: z.ZodInt, description: string) => {
  const error = `${what} is a whole number from 1 to 64, or a pair [height, width] of such`
  const size = z.union([side, z.tuple([side, side], { error })], { error })
  // A codec, not a transform: a stored definition is encoded into the API's responses, and has a JSON schema.
  return z
    .codec(size, size, {
      decode: (value) => (Array.isArray(value) && value[0] === value[1] ? value[0] : value),
      encode: (value) => value,
    })
    .describe(description)
}

const penalty = numericSchemas.reg
const regError =
  'reg is a number from 0 to 10 (l1 = l2 = that number), or {"l1": number, "l2": number}, ' +
  'where "layers": "convolutions" spares the dense layers'

/** The default: the kernels of all layers. The seed's own model had it on its convolutions only. */
const regLayers = z.literal('convolutions').optional()

const reg = z
  .codec(
    z.union(
      [penalty, z.strictObject({ l1: penalty.default(0), l2: penalty.default(0), layers: regLayers })],
      {
        error: regError,
      },
    ),
    z.union([penalty, z.strictObject({ l1: penalty, l2: penalty, layers: regLayers })]),
    {
      decode: (value) => {
        if (typeof value === 'number' || value.l1 !== value.l2) return value
        return value.layers === undefined || value.l1 === 0 ? value.l1 : value
      },
      encode: (value) => value,
    },
  )
  .describe(
    'L1 and L2 penalty on the kernel of every layer, or of the convolutions only; a number is both; 0 is none',
  )

/** Activation functions of convolution and hidden layers. */
export const ACTIVATIONS = [
  'relu',
  'elu',
  'selu',
  'leakyRelu',
  'tanh',
  'sigmoid',
  'swish',
  'gelu',
  'linear',
] as const
/** Optimizers, each with its usual constants; `lr` and `schedule` apply to all. */
export const OPTIMIZERS = [
  'adam',
  'sgd',
  'momentum',
  'nesterov',
  'rmsprop',
  'adagrad',
  'adamax',
  'adamw',
] as const
/** What training makes smaller, by Keras' names; classes are numbers in the data, so the first two are the same. */
export const LOSSES = [
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'binaryCrossentropy',
] as const
/** The default loss. */
export const DEFAULT_LOSS = 'categoricalCrossentropy' satisfies LossName
/** Name of a loss. */
export type LossName = (typeof LOSSES)[number]
/** How the learning rate changes from step to step, where `lr` is the highest that it gets. */
export const SCHEDULES = ['constant', 'inverseTime', 'cosine', 'oneCycle'] as const
/** The default schedule: constant unless there is an `lrDecay`. */
export const DEFAULT_SCHEDULE = 'inverseTime' satisfies ScheduleName
/** Name of a schedule. */
export type ScheduleName = (typeof SCHEDULES)[number]

const activation = z.enum(ACTIVATIONS)
const activations = z
  .tuple([activation, activation], {
    error: `activations is a pair [convolution layers, hidden layers], each one of ${ACTIVATIONS.join(', ')}`,
  })
  .describe('of the convolution layers and of the hidden layers')

const layerSizes = (what: string, unit: string, min: number) => {
  const error = `${what} is an array of ${min} to ${MAX_LAYERS} whole numbers: the ${unit} of each layer`
  return z
    .array(wholeNumberFrom(`each of ${what}`, 1, 4096), { error })
    .min(min, { error })
    .max(MAX_LAYERS, { error })
    .describe(`${unit} of each layer`)
}

const earlyStopping = z.strictObject(
  {
    monitor: z.enum(['loss', 'acc', 'val_loss', 'val_acc']).default('val_loss'),
    patience: wholeNumberFrom('patience', 0, 10_000).describe('epochs without improvement').default(0),
    minDelta: z.number().min(0).describe('smallest change that counts as an improvement').default(0),
    restoreBest: z.boolean().describe('score the weights of the best epoch, not of the last').default(false),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? 'earlyStopping is null, or an object of monitor, patience, minDelta and restoreBest'
        : undefined,
  },
)

/** What each hyperparameter may be, by name; the one place that says so. Defaults are those of the seed's buildCNN. */
export const hyperparameterSchemas = {
  kernel: squareOrPair('kernel', numericSchemas.kernel, 'height and width of the convolutions').default(3),
  stride: squareOrPair('stride', numericSchemas.stride, 'step of the convolutions').default(1),
  bn: z.boolean().describe('batch normalisation after each convolution').default(false),
  zeroPadding: z.boolean().describe('one pixel of zeros on each side before each convolution').default(false),
  reg: reg.default(0),
  lr: numericSchemas.lr
    .describe('learning rate: above 0, at least 1.2e-38 (training computes with float32)')
    .default(0.001),
  lrDecay: numericSchemas.lrDecay
    .describe('of the schedule "inverseTime": learning rate at step n is lr / (1 + lrDecay × n)')
    .default(0),
  schedule: z
    .enum(SCHEDULES)
    .describe(
      'learning rate over the steps of all epochs: lr throughout, falling by lrDecay, falling to 0 along a half cosine, ' +
        'or rising from lr / 25 for 30 % of the steps and then falling to 0; training that stops early misses the end',
    )
    .default(DEFAULT_SCHEDULE),
  weightDecay: numericSchemas.weightDecay
    .nullable()
    .describe(
      'decoupled: each step first takes learning rate × weightDecay of every kernel away, but not of biases and ' +
        'normalisation; null is what the optimizer has: 0.004 of all weights with adamw, else none',
    )
    .default(null),
  dropout: numericSchemas.dropout.describe('share dropped before the dense layers').default(0.2),
  optimizer: z.enum(OPTIMIZERS).default('adam'),
  loss: z
    .enum(LOSSES)
    .describe('cross-entropy of the class probabilities; the binary one is a mean over all classes')
    .default(DEFAULT_LOSS),
  activations: activations.default(['relu', 'relu']),
  convLayers: layerSizes('convLayers', 'filters', 1).default([32, 64]),
  hiddenLayers: layerSizes('hiddenLayers', 'units', 0).default([128]),
  batchSize: numericSchemas.batchSize.describe('images per training step').default(32),
  epochs: numericSchemas.epochs.describe('passes over the training images').default(20),
  earlyStopping: earlyStopping
    .nullable()
    .describe('stop when the monitored metric no longer improves; null is never')
    .default(null),
  trainSize: numericSchemas.trainSize
    .nullable()
    .describe('training images to use, for quick looks; null is all')
    .default(null),
} as const

/** What a point of a search space is made of. */
export type HyperparameterName = keyof typeof hyperparameterSchemas
/** Every hyperparameter, in the order in which the axes of a grid are taken. */
export const HYPERPARAMETER_NAMES = Object.keys(hyperparameterSchemas) as HyperparameterName[]

/** A point with what is missing filled in by the defaults. */
export const hyperparametersSchema = z.strictObject(hyperparameterSchemas).meta({ id: 'Hyperparameters' })

/** One point of the search space, complete and in canonical form: equal points are equal as JSON. */
export type Hyperparameters = z.output<typeof hyperparametersSchema>

/** A kernel or stride as `[height, width]`. Throws a RangeError for an array that is not a pair. */
export function toPair(size: number | number[]): [height: number, width: number] {
  if (typeof size === 'number') return [size, size]
  const [height, width] = size
  if (height === undefined || width === undefined)
    throw new RangeError('a size is a number or [height, width]')
  return [height, width]
}
