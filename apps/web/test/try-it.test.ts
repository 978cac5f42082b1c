import { ACTIVATIONS, hyperparametersSchema } from '@sweepd/core'
import { buildCNN, onnxEngine, prepareTensors, writeLayersModel } from '@sweepd/model'
import { expect, test } from 'vitest'
import { readModel } from '../src/try-it/read-model'

const CLASSES = 4
const IMAGES = 8

const CASES: readonly (readonly [string, object, readonly [number, number, number]])[] = [
  ['nothing special', {}, [13, 14, 1]],
  ['batch normalisation and zero padding', { bn: true, zeroPadding: true }, [13, 14, 1]],
  ['a kernel and a stride that are not square', { kernel: [2, 3], stride: [2, 1], bn: true }, [17, 16, 1]],
  ['three colour channels', { bn: true, dropout: 0.3, reg: 0.001 }, [13, 14, 3]],
  ['no hidden layer', { hiddenLayers: [], convLayers: [3] }, [13, 14, 1]],
  ...ACTIVATIONS.map(
    (activation) =>
      [activation, { activations: [activation, activation], bn: true }, [13, 14, 1] as const] as const,
  ),
]

test.each(CASES)('the page predicts what the engine predicts, with %s', async (_, options, shape) => {
  await prepareTensors()
  const hyperparameters = hyperparametersSchema.parse({ convLayers: [4, 5], hiddenLayers: [6], ...options })
  const pixels = shape[0] * shape[1] * shape[2]
  const images = Uint8Array.from({ length: IMAGES * pixels }, (_, index) => (index * 7919 + 13) % 256)
  const set = { size: IMAGES, images, labels: Uint8Array.from({ length: IMAGES }, (_, i) => i % CLASSES) }
  const model = buildCNN(shape, CLASSES, hyperparameters, 7)
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: IMAGES })
  // A few steps move biases and averages away from where they begin.
  const step = { indices: Uint32Array.from({ length: IMAGES }, (_, i) => i), lr: 0.01 }
  const steps = Array.from({ length: 5 }, () => ({ ...step, drawMask: (mask: Float32Array) => mask.fill(1) }))
  for await (const { loss } of trainer.train(set, steps)) expect(loss).toBeGreaterThan(0)
  const expected = (await trainer.predict(images, IMAGES)).map(Math.exp)
  await trainer.writeBack()
  const { json, weights } = await writeLayersModel(model)
  await trainer.dispose()
  model.dispose()

  const network = readModel(JSON.parse(json), weights.slice().buffer)
  expect(network.inputShape).toEqual(shape)
  for (let index = 0; index < IMAGES; index++) {
    const image = images.subarray(index * pixels, (index + 1) * pixels)
    const actual = network.predict(Float32Array.from(image, (byte) => byte / 255))
    for (const [place, probability] of actual.entries())
      expect(Math.abs(probability - (expected[index * CLASSES + place] ?? Number.NaN))).toBeLessThan(1e-4)
  }
})

test('a network that the page cannot compute, and a file that is cut, are named', async () => {
  await prepareTensors()
  const model = buildCNN([13, 14, 1], CLASSES, { convLayers: [2], hiddenLayers: [] })
  const { json, weights } = await writeLayersModel(model)
  model.dispose()
  const strange = JSON.parse(json.replace('"Flatten"', '"Capsule"'))
  expect(() => readModel(strange, weights.slice().buffer)).toThrow('kind Capsule')
  expect(() => readModel(JSON.parse(json), weights.slice(8).buffer)).toThrow('ends within')
})
