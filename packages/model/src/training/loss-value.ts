import type { LossName } from '@sweepd/core'

/** Keras' fuzz factor: the binary loss keeps probabilities this far from 0 and 1 before it takes their logarithm. */
export const SMALLEST_PROBABILITY = 1e-7
/** The largest probability, as a float32 holds it. */
export const LARGEST_PROBABILITY = Math.fround(1 - SMALLEST_PROBABILITY)

/** Loss of one image. @param logProbabilities natural logarithms, `[classes]` @param label number of the right class */
type LossValue = (logProbabilities: Float32Array, label: number) => number

const categorical: LossValue = (logProbabilities, label) => -(logProbabilities[label] as number)

const binary: LossValue = (logProbabilities, label) => {
  let sum = 0
  for (const [index, logProbability] of logProbabilities.entries()) {
    const probability = Math.fround(Math.exp(logProbability))
    const clipped = Math.min(Math.max(probability, SMALLEST_PROBABILITY), LARGEST_PROBABILITY)
    sum -= Math.log(index === label ? clipped : 1 - clipped)
  }
  return sum / logProbabilities.length
}

/** Each loss as a number: what `onnx/losses.ts` writes into the training graph, for evaluation. */
export const lossValues: Readonly<Record<LossName, LossValue>> = {
  categoricalCrossentropy: categorical,
  sparseCategoricalCrossentropy: categorical,
  binaryCrossentropy: binary,
}
