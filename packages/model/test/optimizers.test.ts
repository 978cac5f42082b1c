import { OPTIMIZERS } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  engineGradients,
  modelShape,
  referenceGradients,
  snapshot,
  takeStep,
} from './reference.js'

type OptimizerName = (typeof OPTIMIZERS)[number]

beforeAll(prepareTensors)

const STEPS = 3
const LR = 0.01
/** A limit for hangs: on an idle core forty steps take a second or two. */
const TIMEOUT_MS = 300_000
/** In units of the longest way of a weight; a step of tiny gradients is nearly lost in the last bits of a weight. */
const TOLERANCE: Readonly<Record<string, number>> = { usual: 1e-4, tiny: 1e-2 }

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

/** A network of which all gradients are tiny, as it is nearly certain of the right class: there the epsilons count. */
function buildNearlyCertain(options: Case): LayersModel {
  const model = buildDisturbed(options)
  const output = model.getLayer('softmax_output')
  const [kernel] = output.getWeights()
  if (kernel === undefined) throw new Error('the output has a kernel')
  output.setWeights([kernel, tf.tensor1d([14, 0, 0, 0])])
  return model
}

const options: Case = { convLayers: [2], hiddenLayers: [3] }
const CASES = {
  usual: { build: buildDisturbed, set: drawImages(options), optimizers: OPTIMIZERS },
  tiny: {
    build: buildNearlyCertain,
    set: { ...drawImages(options), labels: new Uint8Array(5) },
    optimizers: ['adam', 'adamw', 'adamax', 'rmsprop'],
  },
} as const

/** Largest difference of two ways, in units of the largest distance gone. */
function differenceOfWays(
  before: ReadonlyMap<string, ArrayLike<number>>,
  actual: ReadonlyMap<string, Float32Array>,
  expected: ReadonlyMap<string, ArrayLike<number>>,
): number {
  const ways = [actual, expected].map((after) =>
    [...before].flatMap(([name, from]) =>
      Array.from(from, (weight, index) => (after.get(name)?.[index] ?? Number.NaN) - weight),
    ),
  )
  const [ours = [], theirs = []] = ways
  const longest = Math.max(...theirs.map(Math.abs))
  return Math.max(...ours.map((way, index) => Math.abs(way - (theirs[index] ?? Number.NaN)))) / longest
}

describe('an optimizer moves the weights by Keras formula', () => {
  for (const [kind, { build, set, optimizers }] of Object.entries(CASES))
    for (const optimizer of optimizers)
      it(`of ${optimizer}, over ${STEPS} steps of ${kind} gradients`, async () => {
        const model = build(options)
        const before = new Map([...snapshot(model)].map(([name, values]) => [name, [...values]]))
        const expected = new Map([...before].map(([name, values]) => [name, [...values]]))
        const states = new Map([...expected].map(([name, values]) => [name, values.map((): number[] => [])]))
        const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: set.size })
        for (let t = 1; t <= STEPS; t++) {
          // The gradients are the engine's own at the weights of this step, which other tests check.
          await trainer.writeBack()
          const copy = build(options)
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
          await takeStep(trainer, set, LR)
        }
        await trainer.writeBack()
        await trainer.dispose()
        expect(differenceOfWays(before, snapshot(model), expected)).toBeLessThan(TOLERANCE[kind] ?? 0)
      })
})

describe('a weight decay that is given', () => {
  const WEIGHT_DECAY = 3
  const network: Case = { ...options, bn: true }
  for (const optimizer of OPTIMIZERS)
    it(`takes its share of the kernels alone before a step of ${optimizer}`, async () => {
      const build = () => buildDisturbed(network)
      const [model, set] = [build(), drawImages(network)]
      const before = snapshot(model)
      const { gradients } = await engineGradients(build(), set)
      const trainer = await onnxEngine.createTrainer(model, {
        ...{ optimizer, batchSize: set.size, weightDecay: WEIGHT_DECAY },
      })
      await takeStep(trainer, set, LR)
      await trainer.writeBack()
      await trainer.dispose()
      const after = snapshot(model)
      const formula = formulas[optimizer === 'adamw' ? 'adam' : optimizer]
      const moved = [...before].filter(([name]) => !name.includes('moving') && !/conv.*bias/.test(name))
      expect(moved.filter(([name]) => name.endsWith('kernel'))).toHaveLength(3)
      expect(moved.length).toBeGreaterThan(5)
      const expected = new Map(
        moved.map(([name, values]) => {
          const kept = name.endsWith('kernel') ? 1 - LR * WEIGHT_DECAY : 1
          const next = Array.from(values, (w, i) =>
            formula(kept * w, gradients.get(name)?.[i] ?? Number.NaN, [], 1),
          )
          return [name, next]
        }),
      )
      expect(differenceOfWays(new Map(moved), after, expected)).toBeLessThan(1e-3)
    })
})

/**
 * TensorFlow.js adds epsilon to the corrected deviation, and Keras to the one before the correction, as at the end of
 * section 2 of the paper: this is Keras' epsilon as TensorFlow.js has to add it at a step.
 */
const correctEpsilon = (optimizer: tf.Optimizer, step: number) =>
  Object.assign(optimizer, { epsilon: 1e-7 / Math.sqrt(1 - 0.999 ** step) })

/** Those that TensorFlow.js has; it has no AdamW. */
const referenceOptimizers: Partial<Record<OptimizerName, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(LR),
  momentum: () => tf.train.momentum(LR, 0.9),
  nesterov: () => tf.train.momentum(LR, 0.9, true),
  rmsprop: () => tf.train.rmsprop(LR, 0.9, 0, 1e-7),
  adagrad: () => tf.train.adagrad(LR, 0.1),
  adam: () => tf.train.adam(LR, 0.9, 0.999, 1e-7),
  adamax: () => tf.train.adamax(LR, 0.9, 0.999, 1e-7),
}

describe('an optimizer takes the same steps as TensorFlow.js', () => {
  const network: Case = {
    ...{ bn: true, zeroPadding: true, reg: 0.001, convLayers: [3, 4], hiddenLayers: [6] },
    ...{ batch: 8, inputShape: [9, 8, 1] },
  }

  for (const [name, createReference] of Object.entries(referenceOptimizers)) {
    const optimizer = name as OptimizerName
    it(`of ${optimizer}, in one step`, async () => {
      const [ours, theirs] = [buildDisturbed(options), buildDisturbed(options)]
      const { set } = CASES.usual
      const before = snapshot(ours)
      const trainer = await onnxEngine.createTrainer(ours, { optimizer, batchSize: set.size })
      await takeStep(trainer, set, LR)
      await trainer.writeBack()
      await trainer.dispose()
      const reference = createReference()
      if (optimizer === 'adam') correctEpsilon(reference, 1)
      reference.applyGradients(referenceGradients(theirs, set, modelShape(options)).named)
      expect(differenceOfWays(before, snapshot(ours), snapshot(theirs))).toBeLessThan(1e-3)
    })

    it(
      `of ${optimizer}, in forty steps of a whole network, with the same losses to 1e-4`,
      async () => {
        const [ours, theirs] = [buildDisturbed(network), buildDisturbed(network)]
        const trainer = await onnxEngine.createTrainer(ours, { optimizer, batchSize: 8 })
        const reference = createReference()
        const losses: number[] = []
        for (let step = 0; step < 40; step++) {
          const set = drawImages(network, step)
          const { loss } = await takeStep(trainer, set, LR)
          const expected = referenceGradients(theirs, set, modelShape(network))
          expect(Math.abs(loss - expected.loss), `step ${step}`).toBeLessThan(1e-4)
          if (optimizer === 'adam') correctEpsilon(reference, step + 1)
          reference.applyGradients(expected.named)
          tf.dispose(expected.named.map(({ tensor }) => tensor))
          losses.push(loss)
        }
        await trainer.dispose()
        expect(new Set(losses).size).toBe(40)
      },
      TIMEOUT_MS,
    )
  }
})
