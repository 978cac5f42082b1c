import { LOSSES, type LossName } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { evaluate, onnxEngine, prepareTensors } from '../src/index.js'
import { LARGEST_PROBABILITY, lossValues } from '../src/training/loss-value.js'
import {
  buildDisturbed,
  CLASSES,
  type DrawnImages,
  drawImages,
  engineGradients,
  referenceGradients,
} from './reference.js'

beforeAll(prepareTensors)

const SHAPE = [12, 11, 1]
const network = { bn: true, reg: 0.01 }

/** A model so sure of the first class that its probability is 1 and the others are beyond Keras' clipping. */
function buildCertain(): LayersModel {
  const model = buildDisturbed({})
  const output = model.getLayer('softmax_output')
  const [kernel] = output.getWeights()
  if (kernel === undefined) throw new Error('the output has a kernel')
  output.setWeights([kernel, tf.tensor1d([40, 0, -40, -80])])
  return model
}

const withLabels = (set: DrawnImages, label: number) => ({ ...set, labels: set.labels.map(() => label) })

/** Compiled with the loss, evaluated on one-hot labels or on class numbers. */
function evaluateByTensorFlow(model: LayersModel, set: DrawnImages, loss: LossName): number {
  model.compile({ optimizer: 'sgd', loss })
  const x = tf.div(tf.tensor4d(Float32Array.from(set.images), [set.size, 12, 11, 1]), 255)
  const numbers = tf.tensor1d(set.labels, 'int32')
  const y =
    loss === 'sparseCategoricalCrossentropy' ? tf.cast(numbers, 'float32') : tf.oneHot(numbers, CLASSES)
  const [value] = [model.evaluate(x, y)].flat()
  return value?.dataSync()[0] ?? Number.NaN
}

describe('a loss', () => {
  for (const loss of LOSSES)
    it(`${loss} is in an evaluation what TensorFlow.js evaluates`, async () => {
      // Without penalties, which TensorFlow.js leaves out of its evaluate, and Keras does not.
      const model = buildDisturbed({ bn: true })
      const set = drawImages({ batch: 7 })
      const trainer = await onnxEngine.createTrainer(model, { optimizer: 'sgd', batchSize: 4, loss })
      const { loss: actual } = await evaluate(trainer, set)
      await trainer.dispose()
      expect(actual).toBeCloseTo(evaluateByTensorFlow(model, set, loss), 5)
    })

  it('of class numbers is that of one-hot labels, to the bit', async () => {
    const set = drawImages({})
    const [sparse, oneHot] = await Promise.all(
      (['sparseCategoricalCrossentropy', 'categoricalCrossentropy'] as const).map((loss) =>
        engineGradients(buildDisturbed(network), set, loss),
      ),
    )
    expect(sparse).toEqual(oneHot)
  })

  it('has the numbers of the examples in Keras documentation', () => {
    const logs = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log)
    // https://keras.io/api/losses/probabilistic_losses: categorical_crossentropy and binary_crossentropy
    expect(lossValues.categoricalCrossentropy(logs(0.05, 0.95, 0), 1)).toBeCloseTo(0.0513, 4)
    expect(lossValues.sparseCategoricalCrossentropy(logs(0.1, 0.8, 0.1), 2)).toBeCloseTo(Math.LN10, 3)
    expect(lossValues.binaryCrossentropy(logs(0.6, 0.4), 1)).toBeCloseTo(0.916, 3)
  })
})

describe('a certain network', () => {
  it('has a loss and gradients as in TensorFlow.js by the binary loss, which clips probabilities', async () => {
    for (const label of [0, 1, 3]) {
      const set = withLabels(drawImages({}), label)
      const actual = await engineGradients(buildCertain(), set, 'binaryCrossentropy')
      const expected = referenceGradients(buildCertain(), set, SHAPE, 'binaryCrossentropy')
      expect(actual.loss).toBeCloseTo(expected.loss, 4)
      // Everything is clipped, and what is clipped has no gradient.
      for (const gradients of [actual.gradients, expected.gradients])
        for (const values of gradients.values()) expect(Math.max(...values.map(Math.abs))).toBe(0)
    }
    const most = -Math.log(1e-7)
    const wrong = await engineGradients(buildCertain(), withLabels(drawImages({}), 1), 'binaryCrossentropy')
    expect(wrong.loss).toBeCloseTo((most - Math.log(1 - LARGEST_PROBABILITY)) / CLASSES, 4)
  })

  it('still learns from its mistakes by the categorical loss', async () => {
    const { loss, gradients } = await engineGradients(buildCertain(), withLabels(drawImages({}), 3))
    expect(loss).toBeGreaterThan(100)
    expect(gradients.get('softmax_output/bias')?.map(Math.round)).toEqual(Float32Array.of(1, 0, 0, -1))
  })
})
