import type { ActivationName } from '../network.js'
import { activations } from './activations.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { getTensor } from './parameters.js'

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
  backward(gradient: Value): { gradients: Map<string, Value>; input: Value }
}

/** Writes the fully connected layers. @param features `[batch, features]` */
export function headForward(
  graph: GraphWriter,
  layers: readonly HiddenLayer[],
  features: Value,
  parameters: Tensors,
): HeadForward {
  const steps: { layer: HiddenLayer; input: Value; before: Value; output: Value }[] = []
  let output = features
  for (const layer of layers) {
    const input = output
    const { kernel, bias } = denseTensors(layer.name)
    const before = graph.op('Gemm', [input, getTensor(parameters, kernel), getTensor(parameters, bias)])
    output = activations[layer.activation].forward(graph, before)
    steps.push({ layer, input, before, output })
  }
  return {
    logits: output,
    backward(gradient) {
      const gradients = new Map<string, Value>()
      let current = gradient
      for (const { layer, input, before, output } of steps.toReversed()) {
        const { kernel, bias } = denseTensors(layer.name)
        const dy = activations[layer.activation].backward(graph, current, before, output)
        gradients.set(kernel, graph.op('Gemm', [input, dy], { transA: 1 }))
        gradients.set(bias, graph.op('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 }))
        current = graph.op('Gemm', [dy, getTensor(parameters, kernel)], { transB: 1 })
      }
      return { gradients, input: current }
    },
  }
}
