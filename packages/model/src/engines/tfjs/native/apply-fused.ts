import * as tf from '@tensorflow/tfjs-core'
import type { layers } from '@tensorflow/tfjs-layers'
import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from '../../../blocks/layer-constants.js'
import { convolve, normaliseBatch, rectify } from './fused-operations.js'

/**
 * What a layer computes in training, by TensorFlow's own operators; undefined for a layer that they do not speed up.
 * Moves the averages of batch normalisation as the layer does. `readNetwork` has refused layers with other options.
 */
export function applyFused(layer: layers.Layer, value: tf.Tensor): tf.Tensor | undefined {
  switch (layer.getClassName()) {
    case 'Conv2D':
      return convolveBy(layer, value as tf.Tensor4D)
    case 'BatchNormalization':
      return normaliseBy(layer, value as tf.Tensor4D)
    case 'Activation':
      return layer.getConfig()['activation'] === 'relu' ? rectify(value) : undefined
    default:
      return undefined
  }
}

function convolveBy(layer: layers.Layer, value: tf.Tensor4D): tf.Tensor4D | undefined {
  const { activation, strides } = layer.getConfig()
  const [kernel, bias] = layer.weights.map((weight) => weight.read())
  if (activation !== 'linear' || kernel === undefined || bias === undefined) return undefined
  return convolve(value, kernel as tf.Tensor4D, bias as tf.Tensor1D, strides as [number, number])
}

function normaliseBy(layer: layers.Layer, value: tf.Tensor4D): tf.Tensor4D {
  const [gamma, beta, movingMean, movingVariance] = layer.weights
  if (!gamma || !beta || !movingMean || !movingVariance)
    throw new Error(`layer ${layer.name} does not have four weights`)
  return normaliseBatch(
    value,
    gamma.read() as tf.Tensor1D,
    beta.read() as tf.Tensor1D,
    BATCH_NORM_EPSILON,
    ({ mean, variance }) => {
      moveAverage(movingMean, mean)
      moveAverage(movingVariance, variance)
    },
  )
}

function moveAverage(average: layers.Layer['weights'][number], value: tf.Tensor): void {
  tf.tidy(() => {
    const before = average.read()
    average.write(tf.sub(before, tf.mul(tf.sub(before, value), 1 - BATCH_NORM_MOMENTUM)))
  })
}
