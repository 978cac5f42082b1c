import { ACTIVATIONS, LOSSES } from '@sweepd/core'
import { expect } from 'vitest'
import { type Engine, type NetworkOptions, onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  engineGradients,
  modelShape,
  referenceGradients,
  relativeError,
  snapshot,
} from './reference.js'

/** Gradients, loss, and moving averages of one step against TensorFlow.js. */
export async function expectSameStep(options: Case, engine: Engine = onnxEngine): Promise<void> {
  const set = drawImages(options)
  const ours = buildDisturbed(options)
  const theirs = buildDisturbed(options)
  const actual = await engineGradients(ours, set, options.loss, engine)
  // The engine may have left another backend active.
  await prepareTensors()
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

/** Every option of a network, by what is tested with it. */
export const STEP_CASES: ReadonlyMap<string, Case> = createCases()

function createCases(): ReadonlyMap<string, Case> {
  const cases = new Map<string, Case>()
  const add = (title: string, options: Case) => cases.set(title, options)
  for (const kernel of [3, 4])
    for (const stride of [1, 2])
      for (const zeroPadding of [false, true])
        for (const bn of [false, true])
          add(`with kernel ${kernel}, stride ${stride}, padding ${zeroPadding}, batch normalisation ${bn}`, {
            kernel,
            stride,
            zeroPadding,
            bn,
            inputShape: stride === 1 ? [15, 14, 1] : [27, 26, 1],
          })

  add('with a kernel and a stride that are not square', {
    kernel: [2, 3],
    stride: [2, 1],
    zeroPadding: true,
    bn: true,
    inputShape: [17, 16, 1],
  })
  add('with a stride that steps over pixels', {
    kernel: 1,
    stride: [3, 2],
    convLayers: [2, 3],
    inputShape: [30, 32, 1],
  })
  add('with three colour channels', { bn: true, zeroPadding: true, inputShape: [13, 14, 3] })
  add('with one convolution layer and no hidden layer', { convLayers: [3], hiddenLayers: [] })
  add('with three convolution and two hidden layers', {
    convLayers: [2, 3, 4],
    hiddenLayers: [6, 5],
    zeroPadding: true,
    bn: true,
    inputShape: [18, 18, 1],
  })
  // From eight channels on, convolutions of stride 1 are done by Winograd's algorithm.
  for (const inputShape of [
    [12, 12, 8],
    [13, 11, 8],
    [15, 14, 9],
  ] as const)
    for (const zeroPadding of [false, true])
      for (const bn of [false, true])
        add(`with many channels on ${inputShape}, padding ${zeroPadding}, batch normalisation ${bn}`, {
          convLayers: [9, 3],
          inputShape,
          zeroPadding,
          bn,
          batch: 3,
        })

  for (const kernel of [2, 4, 5, [2, 3], [5, 4]] as NetworkOptions['kernel'][])
    add(`with many channels and kernel ${kernel}`, {
      kernel,
      convLayers: [9],
      inputShape: [14, 13, 8],
      bn: true,
      batch: 3,
    })

  // Where filters have no more weights than there are filters, batch statistics come from the columns.
  for (const convLayers of [[12, 3], [9], [2, 19]])
    for (const activation of ['relu', 'gelu'] as const)
      add(`with ${convLayers} filters of few weights, activation ${activation}`, {
        convLayers,
        bn: true,
        zeroPadding: true,
        activations: [activation, 'relu'],
        inputShape: [13, 12, 1],
      })

  // From fifty taps on, columns are gathered along one axis after the other.
  for (const kernel of [8, [9, 6]] as NetworkOptions['kernel'][])
    for (const stride of [1, [2, 3]] as NetworkOptions['stride'][])
      for (const bn of [false, true])
        add(`with many taps, kernel ${kernel}, stride ${stride}, batch normalisation ${bn}`, {
          kernel,
          stride,
          bn,
          zeroPadding: true,
          convLayers: [2, 3],
          inputShape: stride === 1 ? [25, 24, 1] : [51, 67, 2],
          batch: 2,
        })

  add('with L1 and L2 penalties', { reg: { l1: 0.01, l2: 0.02 }, bn: true })
  add('with penalties on the convolutions only', { reg: { l1: 0.01, l2: 0.02, layers: 'convolutions' } })
  for (const loss of LOSSES)
    for (const reg of [0, 0.01]) add(`with ${loss}, penalties ${reg}`, { loss, reg, bn: true })

  for (const channels of [1, 3])
    for (const bn of [false, true])
      add(`with ${channels} channels first, batch normalisation ${bn}`, {
        dataFormat: 'channelsFirst',
        inputShape: [13, 14, channels],
        bn,
        zeroPadding: true,
        hiddenLayers: [4],
      })

  add('with a batch of one image', { batch: 1 })

  for (const activation of ACTIVATIONS)
    for (const bn of [false, true])
      add(`with activation ${activation}, batch normalisation ${bn}`, {
        activations: [activation, activation],
        bn,
      })
  return cases
}
