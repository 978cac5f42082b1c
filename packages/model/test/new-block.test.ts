import * as tf from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Block, type ExportContext, type LaidOutBlock, passOn, type Signal } from '../src/blocks/block.js'
import { BLOCK_KINDS } from '../src/blocks/block-kinds.js'
import { readConfig } from '../src/blocks/layer-config.js'
import type { LayerReader } from '../src/blocks/layer-reader.js'
import type { Value } from '../src/engines/onnx/graph/graph-writer.js'
import { reshape } from '../src/engines/onnx/graph/shapes.js'
import * as ort from '../src/engines/onnx/runtime/onnxruntime.js'
import { createOnnxEngine, prepareTensors, UnsupportedLayerError, writeOnnxModel } from '../src/index.js'
import {
  CLASSES,
  drawImages,
  engineGradients,
  referenceGradients,
  referencePredictions,
  relativeError,
} from './reference.js'

/** The mean of each channel: a kind of block that the engine does not have, in one class and one entry of a list. */
class AverageBlock extends Block {
  readonly kind = 'average'

  get takes() {
    return ['image'] as const
  }

  get gives() {
    return 'features' as const
  }

  layOut({ shape: [channels = 0, height = 0, width = 0] }: Signal, batch: number): LaidOutBlock {
    const area = height * width
    const write = (graph: ExportContext['graph'], image: Value) => {
      const flat = reshape(graph, image, [channels, area, batch])
      return graph.op('ReduceMean', [flat, graph.ints([1])], { keepdims: 0 })
    }
    return {
      ...passOn({ kind: 'features', shape: [channels] }),
      forward: ({ graph }, image) => ({
        output: write(graph, image),
        backward(gradient) {
          const share = graph.op('Mul', [gradient, graph.floats(1 / area)])
          const shape = graph.ints([channels, height, width, batch])
          const input = graph.op('Expand', [reshape(graph, share, [channels, 1, 1, batch]), shape])
          return { gradients: new Map(), input }
        },
      }),
      infer: ({ graph }, image) => write(graph, image),
    }
  }

  export({ graph }: ExportContext, image: Value): Value {
    return graph.op('Flatten', [graph.op('GlobalAveragePool', [image])], { axis: 1 })
  }
}

function readAverageBlock(reader: LayerReader): AverageBlock | undefined {
  const layer = reader.takeIf('GlobalAveragePooling2D')
  if (layer === undefined) return undefined
  readConfig(layer, { dataFormat: 'channelsLast' }, [])
  return new AverageBlock()
}

const SHAPE = [14, 13, 2] as const
const blockKinds = [...BLOCK_KINDS, readAverageBlock]
const engine = createOnnxEngine({ provider: 'cpu', blockKinds })
const set = drawImages({ inputShape: SHAPE })

function buildAveraged(): tf.LayersModel {
  const kernelOf = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) })
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ ...kernelOf(1), inputShape: [...SHAPE], filters: 3, kernelSize: 3, name: 'conv0' }),
      tf.layers.activation({ activation: 'tanh' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ ...kernelOf(2), units: CLASSES, activation: 'softmax', name: 'out' }),
    ],
  })
}

beforeAll(prepareTensors)
afterAll(() => engine.dispose())

describe('a kind of block that only this test knows', () => {
  it('trains with the gradients of TensorFlow.js', async () => {
    const { gradients } = await engineGradients(buildAveraged(), set, undefined, engine)
    const expected = referenceGradients(buildAveraged(), set, SHAPE)
    expect(expected.gradients.size).toBe(4)
    const names = ['conv0/kernel', 'conv0/bias', 'out/kernel', 'out/bias']
    for (const [index, [, gradient]] of [...expected.gradients].entries())
      expect(relativeError(gradients.get(names[index] ?? ''), gradient), names[index]).toBeLessThan(1e-4)
  })

  it('predicts, and is exported, as TensorFlow.js predicts', async () => {
    const model = buildAveraged()
    const expected = referencePredictions(model, set, SHAPE)
    const trainer = await engine.createTrainer(model, { optimizer: 'sgd', batchSize: 2 })
    const predicted = await trainer.predict(set.images, set.size)
    await trainer.dispose()
    expect(relativeError(predicted.map(Math.exp), expected)).toBeLessThan(1e-5)

    const session = await ort.InferenceSession.create(writeOnnxModel(model, 'uint8', blockKinds))
    const images = new ort.Tensor('uint8', set.images, [set.size, ...SHAPE])
    const { probabilities } = await session.run({ images })
    expect(relativeError(probabilities?.data as Float32Array, expected)).toBeLessThan(1e-5)
    await session.release()
  })

  it('is refused by name if it is unknown', () => {
    expect(() => writeOnnxModel(buildAveraged())).toThrow(UnsupportedLayerError)
    expect(() => writeOnnxModel(buildAveraged())).toThrow(/GlobalAveragePooling2D cannot be trained/)
  })
})
