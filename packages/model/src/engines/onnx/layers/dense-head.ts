import type { ActivationName } from '../../../network/network.js'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { getTensor } from '../training-step/parameters.js'
import { activations } from './activations.js'

type Tensors = ReadonlyMap<string, Value>

export interface HiddenLayer {
  readonly name: string
  /** Linear for the last layer, whose softmax belongs to the loss. */
  readonly activation: ActivationName
}

export const denseTensors = (layer: string) => ({ kernel: `${layer}/kernel`, bias: `${layer}/bias` })

/** Fully connected layers, and how the gradient goes back through them. */
export interface HeadForward {
  /** `[batch, classes]`, before the softmax */
  readonly logits: Value
  /** @param gradient of the logits; `input` is that of the features */
  backward(gradient: Value): { gradients: Map<string, Value>; input: Value }
}

/**
 * Writes the fully connected layers. The first one reads images last and writes images first, as all after it: a
 * matrix product transposes its smaller operand on the way.
 * @param features `[features, batch]`
 */
export function headForward(
  graph: GraphWriter,
  layers: readonly HiddenLayer[],
  features: Value,
  parameters: Tensors,
): HeadForward {
  const steps: { layer: HiddenLayer; input: Value; before: Value; output: Value }[] = []
  let output = features
  for (const [index, layer] of layers.entries()) {
    const input = output
    const { kernel, bias } = denseTensors(layer.name)
    const operands = [input, getTensor(parameters, kernel), getTensor(parameters, bias)]
    const before = graph.op('Gemm', operands, { transA: index === 0 ? 1 : 0 })
    output = activations[layer.activation].forward(graph, before)
    steps.push({ layer, input, before, output })
  }
  return {
    logits: output,
    backward(gradient) {
      const gradients = new Map<string, Value>()
      let current = gradient
      for (const [index, { layer, input, before, output }] of [...steps.entries()].toReversed()) {
        const isFirst = index === 0
        const { kernel, bias } = denseTensors(layer.name)
        const dy = activations[layer.activation].backward(graph, current, before, output)
        const weights = getTensor(parameters, kernel)
        gradients.set(kernel, graph.op('Gemm', [input, dy], { transA: isFirst ? 0 : 1 }))
        gradients.set(bias, graph.op('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 }))
        current = isFirst
          ? graph.op('Gemm', [weights, dy], { transB: 1 })
          : graph.op('Gemm', [dy, weights], { transB: 1 })
      }
      return { gradients, input: current }
    },
  }
}
