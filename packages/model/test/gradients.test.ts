import { ACTIVATIONS, LOSSES } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { type LabelledImages, type NetworkOptions, onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  engineGradients,
  modelShape,
  referenceGradients,
  referencePredictions,
  relativeError,
  snapshot,
} from './reference.js'

beforeAll(prepareTensors)

/** Gradients, loss, and moving averages of one step against TensorFlow.js. */
async function expectSameStep(options: Case): Promise<void> {
  const set = drawImages(options)
  const ours = buildDisturbed(options)
  const theirs = buildDisturbed(options)
  const actual = await engineGradients(ours, set, options.loss)
  const expected = referenceGradients(theirs, set, modelShape(options), options.loss)
  expect(actual.loss).toBeCloseTo(expected.loss, 4)
  const trained = theirs.trainableWeights.map((weight) => weight.originalName)
  const known = new Map(theirs.trainableWeights.map((weight) => [weight.originalName, weight.name]))
  expect(trained.length).toBeGreaterThanOrEqual(4)
  for (const name of trained) {
    if (options.bn && /^conv\d+\/bias$/.test(name)) continue
    const gradient = expected.gradients.get(known.get(name) ?? '') ?? expected.gradients.get(name)
    expect(gradient, `TensorFlow.js' gradient of ${name}`).toBeDefined()
    expect(relativeError(actual.gradients.get(name), gradient ?? []), name).toBeLessThan(2e-4)
  }
  const moved = snapshot(theirs)
  for (const weight of theirs.nonTrainableWeights)
    expect(
      relativeError(actual.after.get(weight.originalName), moved.get(weight.originalName) ?? []),
      weight.originalName,
    ).toBeLessThan(1e-5)
}

describe('a training step has the gradients of TensorFlow.js', () => {
  for (const kernel of [3, 4])
    for (const stride of [1, 2])
      for (const zeroPadding of [false, true])
        for (const bn of [false, true])
          it(`with kernel ${kernel}, stride ${stride}, padding ${zeroPadding}, batch normalisation ${bn}`, () =>
            expectSameStep({
              kernel,
              stride,
              zeroPadding,
              bn,
              inputShape: stride === 1 ? [15, 14, 1] : [27, 26, 1],
            }))

  it('with a kernel and a stride that are not square', () =>
    expectSameStep({ kernel: [2, 3], stride: [2, 1], zeroPadding: true, bn: true, inputShape: [17, 16, 1] }))
  it('with a stride that steps over pixels', () =>
    expectSameStep({ kernel: 1, stride: [3, 2], convLayers: [2, 3], inputShape: [30, 32, 1] }))
  it('with three colour channels', () =>
    expectSameStep({ bn: true, zeroPadding: true, inputShape: [13, 14, 3] }))
  it('with one convolution layer and no hidden layer', () =>
    expectSameStep({ convLayers: [3], hiddenLayers: [] }))
  it('with three convolution and two hidden layers', () =>
    expectSameStep({
      convLayers: [2, 3, 4],
      hiddenLayers: [6, 5],
      zeroPadding: true,
      bn: true,
      inputShape: [18, 18, 1],
    }))
  // From eight channels on, convolutions of stride 1 are done by Winograd's algorithm.
  for (const inputShape of [
    [12, 12, 8],
    [13, 11, 8],
    [15, 14, 9],
  ] as const)
    for (const zeroPadding of [false, true])
      for (const bn of [false, true])
        it(`with many channels on ${inputShape}, padding ${zeroPadding}, batch normalisation ${bn}`, () =>
          expectSameStep({ convLayers: [9, 3], inputShape, zeroPadding, bn, batch: 3 }))

  for (const kernel of [2, 4, 5, [2, 3], [5, 4]] as NetworkOptions['kernel'][])
    it(`with many channels and kernel ${kernel}`, () =>
      expectSameStep({ kernel, convLayers: [9], inputShape: [14, 13, 8], bn: true, batch: 3 }))

  // Where filters have no more weights than there are filters, batch statistics come from the columns.
  for (const convLayers of [[12, 3], [9], [2, 19]])
    for (const activation of ['relu', 'gelu'] as const)
      it(`with ${convLayers} filters of few weights, activation ${activation}`, () =>
        expectSameStep({
          convLayers,
          bn: true,
          zeroPadding: true,
          activations: [activation, 'relu'],
          inputShape: [13, 12, 1],
        }))

  it('with L1 and L2 penalties', () => expectSameStep({ reg: { l1: 0.01, l2: 0.02 }, bn: true }))
  it('with penalties on the convolutions only', () =>
    expectSameStep({ reg: { l1: 0.01, l2: 0.02, layers: 'convolutions' } }))
  for (const loss of LOSSES)
    for (const reg of [0, 0.01])
      it(`with ${loss}, penalties ${reg}`, () => expectSameStep({ loss, reg, bn: true }))

  for (const channels of [1, 3])
    for (const bn of [false, true])
      it(`with ${channels} channels first, batch normalisation ${bn}`, () =>
        expectSameStep({
          dataFormat: 'channelsFirst',
          inputShape: [13, 14, channels],
          bn,
          zeroPadding: true,
          hiddenLayers: [4],
        }))

  it('with a batch of one image', () => expectSameStep({ batch: 1 }))

  for (const activation of ACTIVATIONS)
    for (const bn of [false, true])
      it(`with activation ${activation}, batch normalisation ${bn}`, () =>
        expectSameStep({ activations: [activation, activation], bn }))
})

describe('predictions', () => {
  for (const bn of [false, true])
    for (const dataFormat of ['channelsLast', 'channelsFirst'] as const)
      it(`are those of TensorFlow.js, batch normalisation ${bn}, ${dataFormat}`, async () => {
        const options: Case = {
          ...{ bn, dataFormat, zeroPadding: true, convLayers: [3, 4], inputShape: [12, 11, 3] },
        }
        const model = buildDisturbed(options)
        const set = drawImages({ ...options, batch: 7 })
        const actual = await predict(model, set)
        expect(relativeError(actual, referencePredictions(model, set, modelShape(options)))).toBeLessThan(
          1e-5,
        )
      })

  it('are the same for the same weights, channels last or first', async () => {
    const options = { bn: true, inputShape: [12, 11, 3], batch: 7 } as const
    const [last, first] = (['channelsLast', 'channelsFirst'] as const).map((dataFormat) => {
      const network = { ...options, dataFormat }
      return { model: buildDisturbed(network), set: drawImages(network) }
    })
    if (last === undefined || first === undefined) throw new Error('there are two formats')
    expect(first.set.images).not.toEqual(last.set.images)
    expect(await predict(first.model, first.set)).toEqual(await predict(last.model, last.set))
  })
})

async function predict(model: LayersModel, set: LabelledImages): Promise<Float32Array> {
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: 4 })
  const logProbabilities = await trainer.predict(set.images, set.size)
  await trainer.dispose()
  return logProbabilities.map(Math.exp)
}
