import type { LossName } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import { LARGEST_PROBABILITY, SMALLEST_PROBABILITY } from '../../training/loss-value.js'

/** Mean over the batch. @param logits `[batch, classes]`, before the softmax @param labels `[batch, classes]`, one-hot */
type TfjsLoss = (logits: tf.Tensor2D, labels: tf.Tensor2D) => tf.Scalar

/** From the logits, as Keras computes it after a softmax: no clipping, so that a hopeless image still has a gradient. */
const categorical: TfjsLoss = (logits, labels) =>
  tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)))

/** A binary cross-entropy for each class, and the mean over the classes. Clipped probabilities have no gradient, as in Keras. */
const binary: TfjsLoss = (logits, labels) => {
  const clipped = tf.clipByValue(tf.softmax(logits), SMALLEST_PROBABILITY, LARGEST_PROBABILITY)
  const asked = tf.where(tf.cast(labels, 'bool'), clipped, tf.sub(1, clipped))
  return tf.neg(tf.mean<tf.Scalar>(tf.log(asked)))
}

/** Each loss as `onnx/losses.ts` writes it, differentiated by TensorFlow.js. */
export const tfjsLosses: Readonly<Record<LossName, TfjsLoss>> = {
  categoricalCrossentropy: categorical,
  sparseCategoricalCrossentropy: categorical,
  binaryCrossentropy: binary,
}
