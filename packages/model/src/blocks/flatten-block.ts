import type { Value } from '../engines/onnx/graph/graph-writer.js'
import { swapFirstAxes } from '../engines/onnx/graph/shapes.js'
import { Block, type ExportContext, type LaidOutBlock, passOn, type Signal } from './block.js'
import { readConfig } from './layer-config.js'
import type { LayerReader } from './layer-reader.js'

const TO_CHANNELS_LAST = [0, 2, 3, 1]

/** An image as features, in the order of Keras' Flatten: channels last. */
class FlattenBlock extends Block {
  readonly kind = 'flatten'

  get takes() {
    return ['image'] as const
  }

  get gives() {
    return 'features' as const
  }

  layOut({ shape: [channels = 0, height = 0, width = 0] }: Signal, batch: number): LaidOutBlock {
    const [area, features] = [height * width, channels * height * width]
    return {
      ...passOn({ kind: 'features', shape: [features] }),
      forward: ({ graph }, image) => ({
        output: swapFirstAxes(graph, image, [channels, area, batch], [features, batch]),
        backward: (gradient) => ({
          gradients: new Map(),
          input: swapFirstAxes(graph, gradient, [area, channels, batch], [channels, height, width, batch]),
        }),
      }),
      infer: ({ graph }, image) => swapFirstAxes(graph, image, [channels, area, batch], [features, batch]),
    }
  }

  export({ graph }: ExportContext, image: Value): Value {
    return graph.op('Flatten', [graph.op('Transpose', [image], { perm: TO_CHANNELS_LAST })], { axis: 1 })
  }
}

export function readFlattenBlock(reader: LayerReader): FlattenBlock | undefined {
  const layer = reader.takeIf('Flatten')
  if (layer === undefined) return undefined
  readConfig(layer, { dataFormat: 'channelsLast' }, [])
  return new FlattenBlock()
}
