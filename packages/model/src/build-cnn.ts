import type { Hyperparameters } from '@sweepd/core'
import { toPair } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-layers'

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

export const NETWORK_DEFAULTS: NetworkOptions = {
  kernel: 3,
  stride: 1,
  bn: false,
  zeroPadding: false,
  reg: 0,
  dropout: 0.2,
  activations: ['relu', 'relu'],
  convLayers: [32, 64],
  hiddenLayers: [128],
}

/** The seed's leaky slope, which is Keras' default. */
const LEAKY_SLOPE = 0.3

/**
 * The network of the seed notebook: per convolution layer [zero padding] → convolution → [batch normalisation] →
 * activation → 2×2 max pooling; then flatten, dropout, the hidden layers, and a softmax over the classes.
 *
 * @param inputShape `[height, width, channels]` in pixels
 * @param seed draws the initial weights (Glorot uniform); the same seed gives the same weights
 * @returns a LayersModel with initial weights, not compiled: an engine trains it. The caller disposes of it.
 * @throws ValueError of TensorFlow.js where the layers shrink below one pixel
 */
export function buildCNN(
  inputShape: readonly [height: number, width: number, channels: number],
  nrClasses: number,
  options: Partial<NetworkOptions> = {},
  seed = 2019,
): tf.LayersModel {
  const o = { ...NETWORK_DEFAULTS, ...options }
  const [convActivation, hiddenActivation] = o.activations
  let nextSeed = seed
  const kernelOptions = () => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed: nextSeed++ }),
    ...createRegularizer(o.reg),
  })

  const model = tf.sequential()
  model.add(tf.layers.inputLayer({ inputShape: [...inputShape] }))
  for (const [index, filters] of o.convLayers.entries()) {
    if (o.zeroPadding) model.add(tf.layers.zeroPadding2d({ padding: [1, 1], name: `pad${index}` }))
    const [kernelSize, strides] = [toPair(o.kernel), toPair(o.stride)]
    model.add(tf.layers.conv2d({ filters, kernelSize, strides, name: `conv${index}`, ...kernelOptions() }))
    if (o.bn) model.add(tf.layers.batchNormalization({ name: `bn${index}` }))
    model.add(createActivation(convActivation, `conv${index}_activation`))
    model.add(tf.layers.maxPooling2d({ poolSize: [2, 2], name: `max_pool_${index}` }))
  }
  model.add(tf.layers.flatten())
  model.add(tf.layers.dropout({ rate: o.dropout, seed }))
  for (const [index, units] of o.hiddenLayers.entries()) {
    model.add(tf.layers.dense({ units, name: `Dense${units}_${index}`, ...kernelOptions() }))
    model.add(createActivation(hiddenActivation, `Dense${units}_${index}_activation`))
  }
  model.add(
    tf.layers.dense({ units: nrClasses, activation: 'softmax', name: 'softmax_output', ...kernelOptions() }),
  )
  return model
}

function createActivation(activation: NetworkOptions['activations'][number], name: string): tf.layers.Layer {
  return activation === 'leakyRelu'
    ? tf.layers.leakyReLU({ alpha: LEAKY_SLOPE, name })
    : tf.layers.activation({ activation, name })
}

function createRegularizer(reg: NetworkOptions['reg']) {
  const { l1, l2 } = typeof reg === 'number' ? { l1: reg, l2: reg } : reg
  return l1 === 0 && l2 === 0 ? {} : { kernelRegularizer: tf.regularizers.l1l2({ l1, l2 }) }
}
