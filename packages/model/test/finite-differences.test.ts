import { ACTIVATIONS, LOSSES } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareTensors, readNetwork } from '../src/index.js'
import { runPlain } from './plain-network.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  engineGradients,
  relativeError,
  snapshot,
} from './reference.js'

beforeAll(prepareTensors)

/** Small enough that hardly any activation crosses its kink on the way, large enough for double precision. */
const STEP = 1e-6

/** The gradient of each weight by central differences of a forward pass in double precision. */
async function expectSlopes(options: Case): Promise<void> {
  const model = buildDisturbed(options)
  const set = drawImages(options)
  const network = readNetwork(model)
  const loss = options.loss ?? 'categoricalCrossentropy'
  const weights = new Map([...snapshot(model)].map(([name, values]) => [name, Float64Array.from(values)]))
  const actual = await engineGradients(model, set, loss)
  const { loss: expected, statistics } = runPlain(network, weights, set, loss)
  expect(Math.abs(actual.loss - expected)).toBeLessThan(1e-5)
  for (const [name, values] of weights) {
    if (name.includes('moving_')) continue
    const places = sample(values.length)
    const slopes = places.map((index) => {
      const weight = values[index] ?? Number.NaN
      const [above, below] = [STEP, -STEP].map((step) => {
        values[index] = weight + step
        return runPlain(network, weights, set, loss).loss
      })
      values[index] = weight
      return ((above ?? Number.NaN) - (below ?? Number.NaN)) / (2 * STEP)
    })
    const gradient = actual.gradients.get(name) ?? []
    expect(
      relativeError(
        places.map((index) => gradient[index] ?? Number.NaN),
        slopes,
      ),
      name,
    ).toBeLessThan(2e-4)
  }
  for (const [name, { mean, variance }] of statistics) {
    // Keras: moving × momentum + batch × (1 − momentum), with the default momentum of 0.99.
    const move = (batch: readonly number[], before: Float64Array | undefined) =>
      batch.map((value, index) => 0.99 * (before?.[index] ?? Number.NaN) + 0.01 * value)
    for (const [what, batch] of Object.entries({ moving_mean: mean, moving_variance: variance }))
      expect(
        relativeError(actual.after.get(`${name}/${what}`), move(batch, weights.get(`${name}/${what}`))),
        `${name}/${what}`,
      ).toBeLessThan(1e-6)
  }
}

/** Up to sixty places all over a weight: each one costs two passes. */
const sample = (length: number): number[] => {
  const distance = Math.ceil(length / 60)
  return Array.from({ length: Math.ceil(length / distance) }, (_, index) => index * distance)
}

const small: Case = { inputShape: [6, 7, 1], convLayers: [2], hiddenLayers: [3], batch: 3 }

describe('gradients are the slopes of the loss, by finite differences', () => {
  for (const activation of ACTIVATIONS)
    for (const bn of [false, true])
      it(`with activation ${activation}, batch normalisation ${bn}`, () =>
        expectSlopes({ ...small, activations: [activation, activation], bn }))

  for (const loss of LOSSES)
    it(`with ${loss} and penalties`, () =>
      expectSlopes({ ...small, loss, bn: true, reg: { l1: 0.01, l2: 0.02 } }))

  it('with three channels first, padding, two layers, and a kernel and stride that are not square', () =>
    expectSlopes({
      ...{ dataFormat: 'channelsFirst', inputShape: [12, 9, 3], zeroPadding: true, bn: true, batch: 2 },
      ...{ kernel: [3, 2], stride: [1, 2], convLayers: [2, 2], hiddenLayers: [3, 2] },
    }))

  it('with channels enough for the algorithm of Winograd', () =>
    expectSlopes({ inputShape: [6, 7, 8], convLayers: [8], hiddenLayers: [], bn: true, batch: 2 }))
})
