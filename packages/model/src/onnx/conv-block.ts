import { type ActivationName, activations } from './activations.js'
import {
  affineRows,
  type BatchStatistics,
  batchNormGradients,
  batchStatistics,
  inverseDeviation,
  moveAverage,
} from './batch-norm.js'
import { gatherColumns, reshape, scatterColumns } from './columns.js'
import type { ConvGeometry } from './conv-geometry.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { poolBackward, poolForward } from './max-pooling.js'
import { getTensor } from './parameters.js'

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

/** Rows of the matrix after scale and shift; with batch normalisation, also what its gradient needs. */
interface Normalisation {
  readonly scale: Value | undefined
  readonly shift: Value
  readonly matrix: Value
  readonly statistics: BatchStatistics | undefined
}

/**
 * Writes a block for training.
 *
 * Scale, shift and a monotone activation commute with taking the maximum, so they run after the pooling, on a quarter
 * of the numbers. A negative gamma would turn the maximum into a minimum; its sign is moved into the filters.
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
  const columns = gatherColumns(graph, image, geometry)
  const kernel = getTensor(parameters, names.kernel)
  const sign = block.hasBatchNorm ? signOf(graph, getTensor(parameters, names.gamma)) : undefined
  const signed = sign === undefined ? kernel : graph.op('Mul', [kernel, sign])
  const product = graph.op('MatMul', [signed, columns])
  const norm = normalise(graph, block, product, parameters)
  const { isMonotone } = activations[block.activation]
  const tail = isMonotone ? pooledTail(graph, block, norm) : fullTail(graph, block, norm)

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
      const ofKernel = graph.op('Gemm', [matrix, columns], { transB: 1 })
      const withSign = (value: Value) => (sign === undefined ? value : graph.op('Mul', [value, sign]))
      const gradients = new Map([[names.kernel, withSign(ofKernel)]])
      gradients.set(block.hasBatchNorm ? names.beta : names.bias, shift)
      if (gamma !== undefined) gradients.set(names.gamma, withSign(gamma))
      if (!needsInputGradient) return { gradients }
      const ofColumns = graph.op('Gemm', [signed, matrix], { transA: 1 })
      return { gradients, input: scatterColumns(graph, ofColumns, geometry) }
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
  const matrix = graph.op('MatMul', [kernel, gatherColumns(graph, image, block.geometry)])
  const norm: Normalisation = { scale: undefined, shift, matrix, statistics: undefined }
  const { isMonotone } = activations[block.activation]
  const { output } = isMonotone ? pooledTail(graph, block, norm) : fullTail(graph, block, norm)
  return reshape(graph, output, [filters, pooledHeight, pooledWidth, batch])
}

/** The end of a block: from the matrix product to the pooled output, and back. */
interface Tail {
  /** `[filters, pooled height × pooled width × batch]` */
  readonly output: Value
  backward(gradient: Value): { matrix: Value; gamma: Value | undefined; shift: Value }
}

/** Pool first, then scale, shift and activate a quarter of the numbers. */
function pooledTail(graph: GraphWriter, { geometry, activation }: ConvBlock, norm: Normalisation): Tail {
  const { forward, backward } = activations[activation]
  const pooled = poolForward(graph, norm.matrix, geometry)
  const scaled = norm.scale === undefined ? pooled.maximum : graph.op('Mul', [pooled.maximum, norm.scale])
  const before = graph.op('Add', [scaled, norm.shift])
  const output = forward(graph, before)
  return {
    output,
    backward(gradient) {
      const dy = backward(graph, gradient, before, output)
      const sumDy = sumRows(graph, dy)
      if (norm.statistics === undefined || norm.scale === undefined)
        return { matrix: poolBackward(graph, dy, pooled, geometry), gamma: undefined, shift: sumDy }
      const sumDyCentred = sumRows(graph, graph.op('Mul', [dy, pooled.maximum]))
      const gradients = batchNormGradients(
        graph,
        norm.statistics,
        sumDy,
        sumDyCentred,
        norm.scale,
        geometry.columns,
      )
      const direct = poolBackward(graph, graph.op('Mul', [dy, norm.scale]), pooled, geometry)
      return {
        matrix: addIndirect(graph, direct, norm.matrix, gradients, geometry),
        gamma: gradients.gamma,
        shift: gradients.beta,
      }
    },
  }
}

/** For activations that do not commute with the maximum: scale, shift and activate all, then pool. */
function fullTail(graph: GraphWriter, { geometry, activation }: ConvBlock, norm: Normalisation): Tail {
  const { forward, backward } = activations[activation]
  const scaled = norm.scale === undefined ? norm.matrix : graph.op('Mul', [norm.matrix, norm.scale])
  const before = graph.op('Add', [scaled, norm.shift])
  const activated = forward(graph, before)
  const pooled = poolForward(graph, activated, geometry)
  return {
    output: pooled.maximum,
    backward(gradient) {
      const dy = backward(graph, poolBackward(graph, gradient, pooled, geometry), before, activated)
      const sumDy = sumRows(graph, dy)
      if (norm.statistics === undefined || norm.scale === undefined)
        return { matrix: dy, gamma: undefined, shift: sumDy }
      const sumDyCentred = sumRows(graph, graph.op('Mul', [dy, norm.matrix]))
      const gradients = batchNormGradients(
        graph,
        norm.statistics,
        sumDy,
        sumDyCentred,
        norm.scale,
        geometry.columns,
      )
      const direct = graph.op('Mul', [dy, norm.scale])
      return {
        matrix: addIndirect(graph, direct, norm.matrix, gradients, geometry),
        gamma: gradients.gamma,
        shift: gradients.beta,
      }
    },
  }
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

/** Batch normalisation lets each number act on all others of its row, through mean and variance. */
function addIndirect(
  graph: GraphWriter,
  direct: Value,
  centred: Value,
  { slope, shift }: { slope: Value; shift: Value },
  { filters, columns }: ConvGeometry,
): Value {
  return graph.op('Add', [direct, affineRows(graph, centred, slope, shift, [filters, columns])])
}

const sumRows = (graph: GraphWriter, matrix: Value): Value =>
  graph.op('ReduceSum', [matrix, graph.ints([1])], { keepdims: 1 })

/** 1 or −1; of zero it is 1. */
function signOf(graph: GraphWriter, value: Value): Value {
  return graph.op('Where', [graph.op('Less', [value, graph.floats(0)]), graph.floats(-1), graph.floats(1)])
}
