import { OPTIMIZERS } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  drawImages,
  engineGradients,
  referenceGradients,
  relativeError,
  snapshot,
} from './reference.js'

type OptimizerName = (typeof OPTIMIZERS)[number]

beforeAll(prepareTensors)

const STEPS = 3
const LR = 0.01

/** One weight's way under an optimizer, by the formulas on https://keras.io/api/optimizers/, in double precision. */
const formulas: Record<OptimizerName, (w: number, g: number, s: number[], t: number) => number> = {
  sgd: (w, g) => w - LR * g,
  momentum: (w, g, s) => {
    s[0] = 0.9 * (s[0] ?? 0) - LR * g
    return w + s[0]
  },
  nesterov: (w, g, s) => {
    s[0] = 0.9 * (s[0] ?? 0) - LR * g
    return w + 0.9 * s[0] - LR * g
  },
  rmsprop: (w, g, s) => {
    s[0] = 0.9 * (s[0] ?? 0) + 0.1 * g * g
    return w - (LR * g) / Math.sqrt(s[0] + 1e-7)
  },
  adagrad: (w, g, s) => {
    s[0] = (s[0] ?? 0.1) + g * g
    return w - (LR * g) / Math.sqrt(s[0] + 1e-7)
  },
  adam: (w, g, s, t) => {
    s[0] = 0.9 * (s[0] ?? 0) + 0.1 * g
    s[1] = 0.999 * (s[1] ?? 0) + 0.001 * g * g
    const rate = (LR * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
    return w - (rate * s[0]) / (Math.sqrt(s[1]) + 1e-7)
  },
  adamw: (w, g, s, t) => formulas.adam(w - LR * 0.004 * w, g, s, t),
  adamax: (w, g, s, t) => {
    s[0] = 0.9 * (s[0] ?? 0) + 0.1 * g
    s[1] = Math.max(0.999 * (s[1] ?? 0), Math.abs(g))
    return w - ((LR / (1 - 0.9 ** t)) * s[0]) / (s[1] + 1e-7)
  },
}

describe('an optimizer moves the weights by Keras formula', () => {
  for (const optimizer of OPTIMIZERS)
    it(`of ${optimizer}, over ${STEPS} steps`, async () => {
      const options = { convLayers: [2], hiddenLayers: [3] }
      const set = drawImages(options)
      const model = buildDisturbed(options)
      const expected = new Map([...snapshot(model)].map(([name, values]) => [name, [...values]]))
      const states = new Map([...expected].map(([name, values]) => [name, values.map((): number[] => [])]))
      const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: set.size })
      for (let t = 1; t <= STEPS; t++) {
        // The gradients are the engine's own at the weights of this step, which other tests check.
        await trainer.writeBack()
        const copy = buildDisturbed(options)
        copy.setWeights(model.getWeights())
        const { gradients } = await engineGradients(copy, set)
        for (const [name, values] of expected)
          for (const [index, weight] of values.entries())
            values[index] = formulas[optimizer](
              weight,
              gradients.get(name)?.[index] ?? Number.NaN,
              states.get(name)?.[index] ?? [],
              t,
            )
        await trainer.step(set.images, set.labels, LR, () => {})
      }
      await trainer.writeBack()
      await trainer.dispose()
      const actual = snapshot(model)
      for (const [name, values] of expected)
        expect(relativeError(actual.get(name), values), name).toBeLessThan(1e-3)
    })
})

it('forty steps of a whole network have the losses of TensorFlow.js to 1e-4', async () => {
  const options = { bn: true, zeroPadding: true, reg: 0.001, convLayers: [3, 4], hiddenLayers: [6], batch: 8 }
  const shape = [12, 11, 1]
  const ours = buildDisturbed(options)
  const theirs = buildDisturbed(options)
  const trainer = await onnxEngine.createTrainer(ours, { optimizer: 'momentum', batchSize: 8 })
  const reference = tf.train.momentum(0.05, 0.9)
  for (let step = 0; step < 40; step++) {
    const set = drawImages(options, step)
    const { loss } = await trainer.step(set.images, set.labels, 0.05, () => {})
    const expected = referenceGradients(theirs, set, shape)
    expect(Math.abs(loss - expected.loss), `step ${step}`).toBeLessThan(1e-4)
    reference.applyGradients(expected.named)
  }
  await trainer.dispose()
})
