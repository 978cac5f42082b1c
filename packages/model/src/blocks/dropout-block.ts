import type { Value } from '../engines/onnx/graph/graph-writer.js'
import { transpose } from '../engines/onnx/graph/shapes.js'
import { Block, type ExportContext, type LaidOutBlock, passOn, type Signal } from './block.js'
import { readConfig } from './layer-config.js'
import type { LayerReader } from './layer-reader.js'

/** Masks come from outside: a graph knows whether there is dropout, and not its rate. */
const ANY_RATE = 0.5

/** Inverted dropout of features: a mask of 0 and 1 / (1 − rate) in training, and nothing in predictions. */
class DropoutBlock extends Block {
  readonly kind = 'dropout'

  constructor(readonly rate: number) {
    super()
  }

  get takes() {
    return ['features'] as const
  }

  get gives() {
    return 'features' as const
  }

  override get dropsOut() {
    return this.rate !== 0
  }

  override forGraph(kind: 'training' | 'inference'): DropoutBlock {
    return new DropoutBlock(kind === 'training' && this.dropsOut ? ANY_RATE : 0)
  }

  layOut(input: Signal): LaidOutBlock {
    const [features = 0] = input.shape
    if (!this.dropsOut) return passOn(input)
    return {
      ...passOn(input),
      maskLength: features,
      forward({ graph, takeMask }, value) {
        const mask = transpose(graph, takeMask(features))
        // Forward and backward are the same product with the mask.
        const drop = (dense: Value) => graph.op('Mul', [dense, mask])
        return {
          output: drop(value),
          backward: (gradient) => ({ gradients: new Map(), input: drop(gradient) }),
        }
      },
    }
  }

  export(_context: ExportContext, features: Value): Value {
    return features
  }
}

export function readDropoutBlock(reader: LayerReader): DropoutBlock | undefined {
  const layer = reader.takeIf('Dropout')
  return layer && new DropoutBlock(Number(readConfig(layer, {}, ['rate', 'seed'])['rate']))
}
