import type { Value } from '../engines/onnx/graph/graph-writer.js'
import { activations } from '../engines/onnx/layers/activations.js'
import { getTensor } from '../engines/onnx/training-step/parameters.js'
import {
  type ActivationName,
  Block,
  type BlockForward,
  type ExportContext,
  type LaidOutBlock,
  NO_PENALTY,
  type Penalty,
  passOn,
  type Signal,
  type Tensors,
  type Weight,
} from './block.js'
import { listConstants, readActivation, readConfig, readPenalty } from './layer-config.js'
import type { LayerReader } from './layer-reader.js'

/** A fully connected layer with its activation. The softmax of the last one belongs to the loss. */
export class DenseBlock extends Block {
  readonly kind = 'dense'

  constructor(
    readonly name: string,
    readonly units: number,
    readonly penalty: Penalty,
    readonly activation: ActivationName | 'softmax',
  ) {
    super()
  }

  get takes() {
    return ['features', 'units'] as const
  }

  get gives() {
    return 'units' as const
  }

  override get penalties() {
    return [{ layer: this.name, penalty: this.penalty }]
  }

  override get isClassifier() {
    return this.activation === 'softmax'
  }

  override forGraph(kind: 'training' | 'inference'): DenseBlock {
    return kind === 'training' ? this : new DenseBlock(this.name, this.units, NO_PENALTY, this.activation)
  }

  layOut({ kind, shape: [inputs = 0] }: Signal): LaidOutBlock {
    const { name: layer, units, penalty } = this
    const kernel: Weight = { name: `${layer}/kernel`, shape: [inputs, units], layer, index: 0, penalty }
    const bias: Weight = { name: `${layer}/bias`, shape: [units], layer, index: 1 }
    const isBatchLast = kind === 'features'
    return {
      ...passOn({ kind: 'units', shape: [units] }),
      parameters: [kernel, bias],
      forward: (context, input) => this.forward(context, input, [kernel.name, bias.name], isBatchLast),
      infer: (context, input) => this.forward(context, input, [kernel.name, bias.name], isBatchLast).output,
    }
  }

  /** A layer that reads features with the batch last gives units with the batch first: its product transposes on the way. */
  private forward(
    { graph, parameters }: { graph: ExportContext['graph']; parameters: Tensors },
    input: Value,
    [kernelName, biasName]: readonly [kernel: string, bias: string],
    isBatchLast: boolean,
  ): BlockForward {
    const activation = activations[this.activation === 'softmax' ? 'linear' : this.activation]
    const kernel = getTensor(parameters, kernelName)
    const operands = [input, kernel, getTensor(parameters, biasName)]
    const before = graph.op('Gemm', operands, { transA: isBatchLast ? 1 : 0 })
    const output = activation.forward(graph, before)
    return {
      output,
      backward(gradient, needsInputGradient) {
        const dy = activation.backward(graph, gradient, before, output)
        const gradients = new Map([
          [kernelName, graph.op('Gemm', [input, dy], { transA: isBatchLast ? 0 : 1 })],
          [biasName, graph.op('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 })],
        ])
        if (!needsInputGradient) return { gradients }
        const operands = isBatchLast ? [kernel, dy] : [dy, kernel]
        return { gradients, input: graph.op('Gemm', operands, { transB: 1 }) }
      },
    }
  }

  export({ graph, model }: ExportContext, input: Value): Value {
    const sums = graph.op('Gemm', [input, ...listConstants(graph, model, this.name)])
    if (this.activation === 'softmax') return graph.op('Softmax', [sums], { axis: 1 })
    return activations[this.activation].forward(graph, sums)
  }
}

export function readDenseBlock(reader: LayerReader): DenseBlock | undefined {
  const layer = reader.takeIf('Dense')
  if (layer === undefined) return undefined
  const config = readConfig(layer, { useBias: true }, ['units', 'activation', 'kernelRegularizer'])
  const isSoftmax = config['activation'] === 'softmax'
  const activation = isSoftmax ? 'softmax' : readActivation(reader, layer, config)
  return new DenseBlock(layer.name, Number(config['units']), readPenalty(layer, config), activation)
}
