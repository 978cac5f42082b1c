import type { ActivationName } from '../network.js'
import { batchStatistics, inverseDeviation, moveAverage } from './batch-norm.js'
import { type Normalisation, writeTail } from './block-tail.js'
import type { ConvGeometry } from './conv-geometry.js'
import { convolve } from './convolution.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { getTensor } from './parameters.js'
import { reshape } from './shapes.js'

/** Convolution, batch normalisation or bias, activation and pooling: one layer of `buildCNN`. */
export interface ConvBlock {
  readonly name: string
  readonly geometry: ConvGeometry
  readonly hasBatchNorm: boolean
  readonly activation: ActivationName
}

type Tensors = ReadonlyMap<string, Value>

/** Names of a block's parameters, and of its moving averages, in the flat vectors. */
export const blockTensors = (block: string) => ({
  kernel: `${block}/kernel`,
  bias: `${block}/bias`,
  gamma: `${block}/gamma`,
  beta: `${block}/beta`,
  movingMean: `${block}/moving_mean`,
  movingVariance: `${block}/moving_variance`,
})

/** A block's output, and how the gradient goes back through it. */
export interface BlockForward {
  /** `[filters, pooled height, pooled width, batch]` */
  readonly output: Value
  /** Updated moving averages by name. */
  readonly moved: Tensors
  /** Gradients of the block's parameters by name, and of its input unless that is the image itself. */
  backward(gradient: Value, needsInputGradient: boolean): { gradients: Map<string, Value>; input?: Value }
}

/**
 * Writes a block for training.
 *
 * Pooling may come before scale and shift (`writeTail`) only where the scale is not negative: the sign of gamma is moved
 * into the filters.
 */
export function blockForward(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
  moving: Tensors,
): BlockForward {
  const { geometry } = block
  const { filters, batch, pooledHeight, pooledWidth } = geometry
  const names = blockTensors(block.name)
  const kernel = getTensor(parameters, names.kernel)
  const sign = block.hasBatchNorm ? signOf(graph, getTensor(parameters, names.gamma)) : undefined
  const signed = sign === undefined ? kernel : graph.op('Mul', [kernel, sign])
  const convolution = convolve(graph, image, signed, geometry)
  const norm = normalise(graph, block, convolution.product, parameters)
  const tail = writeTail(graph, block.activation, norm, geometry)

  const moved = new Map<string, Value>()
  if (norm.statistics && sign) {
    const mean = graph.op('Mul', [norm.statistics.mean, sign])
    moved.set(names.movingMean, moveAverage(graph, getTensor(moving, names.movingMean), mean))
    const variance = norm.statistics.variance
    moved.set(names.movingVariance, moveAverage(graph, getTensor(moving, names.movingVariance), variance))
  }
  return {
    output: reshape(graph, tail.output, [filters, pooledHeight, pooledWidth, batch]),
    moved,
    backward(gradient, needsInputGradient) {
      const { matrix, gamma, shift } = tail.backward(
        reshape(graph, gradient, [filters, pooledHeight * pooledWidth * batch]),
      )
      const back = convolution.backward(matrix)
      const withSign = (value: Value) => (sign === undefined ? value : graph.op('Mul', [value, sign]))
      const gradients = new Map([[names.kernel, withSign(back.kernel)]])
      gradients.set(block.hasBatchNorm ? names.beta : names.bias, shift)
      if (gamma !== undefined) gradients.set(names.gamma, withSign(gamma))
      if (!needsInputGradient) return { gradients }
      return { gradients, input: back.image() }
    },
  }
}

/** Writes a block for inference: batch normalisation by its moving averages. */
export function blockInference(
  graph: GraphWriter,
  block: ConvBlock,
  image: Value,
  parameters: Tensors,
  moving: Tensors,
): Value {
  const { filters, batch, pooledHeight, pooledWidth } = block.geometry
  const names = blockTensors(block.name)
  let kernel = getTensor(parameters, names.kernel)
  let shift: Value
  if (block.hasBatchNorm) {
    const inverse = inverseDeviation(graph, getTensor(moving, names.movingVariance))
    const scale = graph.op('Mul', [getTensor(parameters, names.gamma), inverse])
    kernel = graph.op('Mul', [kernel, scale])
    const offset = graph.op('Mul', [getTensor(moving, names.movingMean), scale])
    shift = graph.op('Sub', [getTensor(parameters, names.beta), offset])
  } else shift = getTensor(parameters, names.bias)
  const { product: matrix } = convolve(graph, image, kernel, block.geometry)
  const norm: Normalisation = { scale: undefined, shift, matrix, statistics: undefined }
  const { output } = writeTail(graph, block.activation, norm, block.geometry)
  return reshape(graph, output, [filters, pooledHeight, pooledWidth, batch])
}

function normalise(graph: GraphWriter, block: ConvBlock, product: Value, parameters: Tensors): Normalisation {
  const names = blockTensors(block.name)
  if (!block.hasBatchNorm)
    return {
      scale: undefined,
      shift: getTensor(parameters, names.bias),
      matrix: product,
      statistics: undefined,
    }
  const statistics = batchStatistics(graph, product)
  const gamma = graph.op('Abs', [getTensor(parameters, names.gamma)])
  const scale = graph.op('Mul', [gamma, statistics.inverseDeviation])
  return { scale, shift: getTensor(parameters, names.beta), matrix: statistics.centred, statistics }
}

/** 1 or −1; of zero it is 1. */
function signOf(graph: GraphWriter, value: Value): Value {
  return graph.op('Where', [graph.op('Less', [value, graph.floats(0)]), graph.floats(-1), graph.floats(1)])
}
