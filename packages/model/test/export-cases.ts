import { ACTIVATIONS } from '@sweepd/core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { onnxEngine } from '../src/index.js'
import { type Case, drawImages, modelShape } from './reference.js'

/** Networks that between them have every option of `buildCNN`, by what is special about them. */
export const EXPORT_CASES: ReadonlyMap<string, Case> = new Map<string, Case>([
  ['nothing special', {}],
  ['batch normalisation', { bn: true }],
  ['zero padding', { zeroPadding: true }],
  ['batch normalisation and zero padding', { bn: true, zeroPadding: true }],
  ['dropout and penalties', { dropout: 0.5, reg: { l1: 0.01, l2: 0.02 } }],
  ['a kernel and a stride that are not square', { kernel: [2, 3], stride: [2, 1], inputShape: [17, 16, 1] }],
  ['three colour channels', { inputShape: [13, 14, 3], bn: true }],
  ['three channels first', { inputShape: [13, 14, 3], bn: true, dataFormat: 'channelsFirst' }],
  ['one convolution layer and no hidden layer', { convLayers: [3], hiddenLayers: [] }],
  ['two hidden layers', { hiddenLayers: [6, 5] }],
  ...ACTIVATIONS.map(
    (activation) =>
      [`activation ${activation}`, { activations: [activation, activation], bn: true } as Case] as const,
  ),
])

/** How far exported probabilities may be from the engine's. */
export const EXPORT_TOLERANCE = 1e-5

/** The shape of an image as the exported model takes it. */
export const shapeOf = modelShape

/** Images, also as numbers from 0 to 1, and the probabilities that the engine gives them. */
export async function predictByEngine(model: LayersModel, options: Case) {
  const { images, size } = drawImages({ ...options, batch: 7 })
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: 4 })
  const probabilities = (await trainer.predict(images, size)).map(Math.exp)
  await trainer.dispose()
  return { images, size, floats: Float32Array.from(images, (byte) => byte / 255), probabilities }
}

export const largestDifference = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  actual.length === expected.length
    ? Math.max(...Array.from(expected, (value, index) => Math.abs(value - (actual[index] ?? Number.NaN))))
    : Number.NaN
