import type { ActivationName } from '../../../blocks/block.js'
import { LEAKY_SLOPE } from '../../../blocks/layer-constants.js'
import { float, type GraphWriter, type Value } from '../graph/graph-writer.js'

interface Activation {
  /** Never falls as its argument grows: then it commutes with max pooling, and is cheaper after it. */
  readonly isMonotone: boolean
  forward(graph: GraphWriter, x: Value): Value
  /** The gradient with respect to x, from that with respect to y = f(x). */
  backward(graph: GraphWriter, dy: Value, x: Value, y: Value): Value
}

/** Klambauer et al. 2017, https://arxiv.org/abs/1706.02515 */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

const mul = (graph: GraphWriter, a: Value, b: Value) => graph.op('Mul', [a, b])
const add = (graph: GraphWriter, a: Value, b: Value) => graph.op('Add', [a, b])
const oneMinus = (graph: GraphWriter, x: Value) => graph.op('Sub', [graph.floats(1), x])

/** dy where x is positive, dy × slope elsewhere. */
const dyBySign = (graph: GraphWriter, dy: Value, x: Value, positive: number, otherwise: Value): Value => {
  const slope = graph.op('Where', [
    graph.op('Greater', [x, graph.floats(0)]),
    graph.floats(positive),
    otherwise,
  ])
  return mul(graph, dy, slope)
}

const INV_SQRT_2 = Math.SQRT1_2
const normalCdf = (graph: GraphWriter, x: Value): Value => {
  const erf = graph.op('Erf', [mul(graph, x, graph.floats(INV_SQRT_2))])
  return mul(graph, graph.floats(0.5), add(graph, erf, graph.floats(1)))
}
const normalPdf = (graph: GraphWriter, x: Value): Value => {
  const exponent = mul(graph, graph.floats(-0.5), mul(graph, x, x))
  return mul(graph, graph.op('Exp', [exponent]), graph.floats(1 / Math.sqrt(2 * Math.PI)))
}

/** Each activation with its derivative, as tfjs-layers defines it. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  relu: {
    isMonotone: true,
    forward: (graph, x) => graph.op('Relu', [x]),
    backward: (graph, dy, _x, y) =>
      mul(graph, dy, graph.op('Cast', [graph.op('Greater', [y, graph.floats(0)])], { to: 1 })),
  },
  elu: {
    isMonotone: true,
    forward: (graph, x) => graph.op('Elu', [x], { alpha: float(1) }),
    backward: (graph, dy, x, y) => dyBySign(graph, dy, x, 1, add(graph, y, graph.floats(1))),
  },
  selu: {
    isMonotone: true,
    forward: (graph, x) => graph.op('Selu', [x], { alpha: SELU_ALPHA, gamma: SELU_SCALE }),
    backward: (graph, dy, x, y) =>
      dyBySign(graph, dy, x, SELU_SCALE, add(graph, y, graph.floats(SELU_ALPHA * SELU_SCALE))),
  },
  leakyRelu: {
    isMonotone: true,
    forward: (graph, x) => graph.op('LeakyRelu', [x], { alpha: LEAKY_SLOPE }),
    backward: (graph, dy, x) => dyBySign(graph, dy, x, 1, graph.floats(LEAKY_SLOPE)),
  },
  tanh: {
    isMonotone: true,
    forward: (graph, x) => graph.op('Tanh', [x]),
    backward: (graph, dy, _x, y) => mul(graph, dy, oneMinus(graph, mul(graph, y, y))),
  },
  sigmoid: {
    isMonotone: true,
    forward: (graph, x) => graph.op('Sigmoid', [x]),
    backward: (graph, dy, _x, y) => mul(graph, dy, mul(graph, y, oneMinus(graph, y))),
  },
  swish: {
    isMonotone: false,
    forward: (graph, x) => mul(graph, x, graph.op('Sigmoid', [x])),
    backward: (graph, dy, x, y) => {
      const gate = graph.op('Sigmoid', [x])
      return mul(graph, dy, add(graph, gate, mul(graph, y, oneMinus(graph, gate))))
    },
  },
  gelu: {
    isMonotone: false,
    forward: (graph, x) => mul(graph, x, normalCdf(graph, x)),
    backward: (graph, dy, x) =>
      mul(graph, dy, add(graph, normalCdf(graph, x), mul(graph, x, normalPdf(graph, x)))),
  },
  linear: { isMonotone: true, forward: (_graph, x) => x, backward: (_graph, dy) => dy },
}
