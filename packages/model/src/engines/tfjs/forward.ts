import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import { applyFused } from './native/apply-fused.js'

/** Training uses the batch's statistics and a dropout mask, inference the moving averages and no dropout. */
export type Phase =
  | {
      readonly kind: 'training'
      /** `[batch, features]`; undefined without dropout */
      readonly mask: tf.Tensor | undefined
      /** Whether TensorFlow's fused operators replace those layers that TensorFlow.js composes from many operators. */
      readonly isFused: boolean
    }
  | { readonly kind: 'inference' }

/** Converts bytes to the model's input, 0 to 1. @param shape of one image, in the model's order */
export function toImages(images: Uint8Array, shape: readonly number[]): tf.Tensor {
  const size = images.length / shape.reduce((product, side) => product * side, 1)
  return tf.div(tf.tensor(images, [size, ...shape], 'float32'), 255)
}

/**
 * The logits `[batch, classes]` of a model that ends in a softmax, layer by layer. The mask replaces the Dropout
 * layer, whose own draws could not be repeated. In training, batch normalisation moves its averages.
 */
export function toLogits(model: LayersModel, images: tf.Tensor, phase: Phase): tf.Tensor2D {
  const isTraining = phase.kind === 'training'
  let value = images
  for (const layer of model.layers.slice(0, -1)) {
    const kind = layer.getClassName()
    if (kind === 'InputLayer') continue
    if (kind !== 'Dropout') value = applyLayer(layer, value, phase)
    else if (isTraining && phase.mask) value = tf.mul(value, phase.mask)
  }
  const [kernel, bias] = model.layers.at(-1)?.getWeights() ?? []
  if (kernel === undefined || bias === undefined) throw new Error('the last layer has no kernel and bias')
  return tf.add(tf.matMul(value as tf.Tensor2D, kernel as tf.Tensor2D), bias)
}

function applyLayer(layer: layers.Layer, value: tf.Tensor, phase: Phase): tf.Tensor {
  if (phase.kind === 'training' && phase.isFused) {
    const fused = applyFused(layer, value)
    if (fused !== undefined) return fused
  }
  return layer.apply(value, { training: phase.kind === 'training' }) as tf.Tensor
}
