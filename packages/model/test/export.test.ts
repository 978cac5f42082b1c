import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Tensor, tensor4d } from '@tensorflow/tfjs-core'
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as ort from '../src/engines/onnx/runtime/onnxruntime.js'
import {
  buildCNN,
  fit,
  onnxEngine,
  onnxModelNames,
  prepareTensors,
  saveLayersModel,
  saveOnnxModel,
  writeOnnxModel,
} from '../src/index.js'
import {
  EXPORT_CASES,
  EXPORT_TOLERANCE,
  largestDifference,
  predictByEngine,
  shapeOf,
} from './export-cases.js'
import { buildDisturbed, CLASSES, drawImages } from './reference.js'

let folder = ''
beforeAll(async () => {
  await prepareTensors()
  folder = await mkdtemp(join(tmpdir(), 'sweepd-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Shape = readonly [number, number, number]

async function predictByOnnx(
  bytes: Uint8Array,
  images: Uint8Array | Float32Array,
  size: number,
  shape: Shape,
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const dims = [size, ...shape]
  const feed =
    images instanceof Uint8Array
      ? new ort.Tensor('uint8', images, dims)
      : new ort.Tensor('float32', images, dims)
  const { [onnxModelNames.probabilities]: probabilities } = await session.run({
    [onnxModelNames.images]: feed,
  })
  await session.release()
  expect(probabilities?.dims).toEqual([size, CLASSES])
  return probabilities?.data as Float32Array
}

/** From the files, by a handler of their own: TensorFlow.js in Node reads no files without its native binding. */
async function loadFromFiles(path: string): Promise<LayersModel> {
  const json = JSON.parse(await readFile(join(path, 'model.json'), 'utf8'))
  const load = () =>
    io.getModelArtifactsForJSON(json, async ([manifest]) => {
      const { buffer, byteOffset, byteLength } = await readFile(join(path, manifest?.paths[0] ?? ''))
      return [manifest?.weights ?? [], buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer]
    })
  return loadLayersModel({ load })
}

function predictByLayers(model: LayersModel, floats: Float32Array, size: number, shape: Shape) {
  const x = tensor4d(floats, [size, ...shape])
  return (model.predict(x) as Tensor).dataSync()
}

describe('an exported model predicts as the engine does', () => {
  for (const [name, options] of EXPORT_CASES) {
    it(`as ONNX, with ${name}`, async () => {
      const model = buildDisturbed(options)
      const { images, floats, size, probabilities } = await predictByEngine(model, options)
      const [ofBytes, ofFloats] = [writeOnnxModel(model, 'uint8'), writeOnnxModel(model)]
      const shape = shapeOf(options)
      for (const actual of [
        await predictByOnnx(ofBytes, images, size, shape),
        await predictByOnnx(ofFloats, floats, size, shape),
      ])
        expect(largestDifference(actual, probabilities)).toBeLessThan(EXPORT_TOLERANCE)
    })

    it(`as LayersModel, with ${name}`, async () => {
      const model = buildDisturbed(options)
      const { floats, size, probabilities } = await predictByEngine(model, options)
      const path = join(folder, name)
      await saveLayersModel(model, path)
      const loaded = await loadFromFiles(path)
      const actual = predictByLayers(loaded, floats, size, shapeOf(options))
      expect(largestDifference(actual, probabilities)).toBeLessThan(EXPORT_TOLERANCE)
    })
  }

  it('after training, for one image as for many', async () => {
    const model = buildCNN([12, 11, 1], CLASSES, { convLayers: [3], bn: true })
    const [train, validation] = [drawImages({ batch: 20 }), drawImages({ batch: 5 }, 4)]
    const trainer = await onnxEngine.createTrainer(model, { optimizer: 'adam', batchSize: 8 })
    const options = {
      lr: 0.01,
      lrDecay: 0,
      dropout: 0.2,
      batchSize: 8,
      epochs: 2,
      earlyStopping: null,
      seed: 1,
    }
    await fit(trainer, { ...options, train, validation })
    await trainer.writeBack()
    const expected = (await trainer.predict(train.images, train.size)).map(Math.exp)
    await trainer.dispose()
    const file = join(folder, 'new', 'model.onnx')
    await saveOnnxModel(model, file, 'uint8')
    const bytes = await readFile(file)
    const all = await predictByOnnx(bytes, train.images, train.size, [12, 11, 1])
    const first = await predictByOnnx(bytes, train.images.subarray(0, 132), 1, [12, 11, 1])
    expect(largestDifference(all, expected)).toBeLessThan(EXPORT_TOLERANCE)
    expect(largestDifference(first, expected.subarray(0, CLASSES))).toBeLessThan(EXPORT_TOLERANCE)
  })
})
