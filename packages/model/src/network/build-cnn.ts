import {
  type Hyperparameters,
  hyperparametersSchema,
  InvalidInputError,
  listProblems,
  toPair,
} from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-layers'
import { CHANNELS_TO_LAST, LEAKY_SLOPE } from '../blocks/layer-constants.js'

/** What `buildCNN` needs of the hyperparameters. */
export type NetworkOptions = Pick<
  Hyperparameters,
  | 'kernel'
  | 'stride'
  | 'bn'
  | 'zeroPadding'
  | 'reg'
  | 'dropout'
  | 'activations'
  | 'convLayers'
  | 'hiddenLayers'
>

/** Where the channels stand in the shape of an image. */
export type DataFormat = 'channelsLast' | 'channelsFirst'
const DATA_FORMATS: readonly DataFormat[] = ['channelsLast', 'channelsFirst']

/** Hyperparameters that shape the network, the others being the trainer's, and how images come. */
export interface BuildOptions extends Partial<Hyperparameters> {
  /** `channelsLast` unless given */
  readonly dataFormat?: DataFormat | undefined
}

/**
 * The network of the seed notebook: per convolution layer [zero padding] → convolution → [batch normalisation] →
 * activation → 2×2 max pooling; then flatten, dropout, the hidden layers, and a softmax over the classes.
 *
 * @param inputShape `[height, width, channels]` in pixels, or `[channels, height, width]` with channels first
 * @param options what is left out has the default of core's hyperparameters
 * @param seed draws the initial weights (Glorot uniform); the same seed gives the same weights
 * @returns a LayersModel with initial weights, not compiled: an engine trains it. The caller disposes of it.
 * @throws InvalidInputError naming each option that is unknown or impossible, and ValueError of TensorFlow.js if the
 *   layers shrink below one pixel
 */
export function buildCNN(
  inputShape: readonly [number, number, number],
  nrClasses: number,
  options: BuildOptions = {},
  seed = 2019,
): tf.LayersModel {
  const { dataFormat, ...o } = parseOptions(options)
  const [convActivation, hiddenActivation] = o.activations
  let nextSeed = seed
  const kernelOptions = (kind: 'convolution' | 'dense') => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed: nextSeed++ }),
    ...createRegularizer(o.reg, kind),
  })

  const model = tf.sequential()
  model.add(tf.layers.inputLayer({ inputShape: [...inputShape] }))
  // Batch normalisation of TensorFlow.js takes the wrong averages where channels come first, so they are moved at once.
  if (dataFormat === 'channelsFirst')
    model.add(tf.layers.permute({ dims: [...CHANNELS_TO_LAST], name: 'channels_to_last' }))
  for (const [index, filters] of o.convLayers.entries()) {
    if (o.zeroPadding) model.add(tf.layers.zeroPadding2d({ padding: [1, 1], name: `pad${index}` }))
    const [kernelSize, strides] = [toPair(o.kernel), toPair(o.stride)]
    model.add(
      tf.layers.conv2d({
        filters,
        kernelSize,
        strides,
        name: `conv${index}`,
        ...kernelOptions('convolution'),
      }),
    )
    if (o.bn) model.add(tf.layers.batchNormalization({ name: `bn${index}` }))
    model.add(createActivation(convActivation, `conv${index}_activation`))
    model.add(tf.layers.maxPooling2d({ poolSize: [2, 2], name: `max_pool_${index}` }))
  }
  model.add(tf.layers.flatten())
  model.add(tf.layers.dropout({ rate: o.dropout, seed }))
  for (const [index, units] of o.hiddenLayers.entries()) {
    model.add(tf.layers.dense({ units, name: `Dense${units}_${index}`, ...kernelOptions('dense') }))
    model.add(createActivation(hiddenActivation, `Dense${units}_${index}_activation`))
  }
  model.add(
    tf.layers.dense({
      units: nrClasses,
      activation: 'softmax',
      name: 'softmax_output',
      ...kernelOptions('dense'),
    }),
  )
  return model
}

function parseOptions({ dataFormat = 'channelsLast', ...options }: BuildOptions) {
  const parsed = hyperparametersSchema.safeParse(options)
  const problems = parsed.success ? [] : listProblems(parsed.error, options, hyperparametersSchema)
  if (!DATA_FORMATS.includes(dataFormat))
    problems.push({ pointer: '#/dataFormat', detail: `dataFormat is one of ${DATA_FORMATS.join(', ')}` })
  if (problems.length > 0 || !parsed.success) throw new InvalidInputError(problems)
  return { ...parsed.data, dataFormat }
}

function createActivation(activation: NetworkOptions['activations'][number], name: string): tf.layers.Layer {
  return activation === 'leakyRelu'
    ? tf.layers.leakyReLU({ alpha: LEAKY_SLOPE, name })
    : tf.layers.activation({ activation, name })
}

function createRegularizer(reg: NetworkOptions['reg'], kind: 'convolution' | 'dense') {
  const { l1, l2, layers } = typeof reg === 'number' ? { l1: reg, l2: reg, layers: undefined } : reg
  const isSpared = kind === 'dense' && layers === 'convolutions'
  return isSpared || (l1 === 0 && l2 === 0) ? {} : { kernelRegularizer: tf.regularizers.l1l2({ l1, l2 }) }
}
