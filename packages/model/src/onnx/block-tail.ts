import type { ActivationName } from '../network.js'
import { activations } from './activations.js'
import { affineRows, type BatchStatistics, batchNormGradients } from './batch-norm.js'
import type { ConvGeometry } from './conv-geometry.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { poolBackward, poolForward } from './max-pooling.js'

/** The matrix of a convolution, and what is yet to be done to its rows: × scale (if any), + shift. */
export interface Normalisation {
  readonly scale: Value | undefined
  readonly shift: Value
  /** `[filters, columns]`; with batch normalisation less the mean of each row. */
  readonly matrix: Value
  readonly statistics: BatchStatistics | undefined
}

/** The end of a block: scale, shift, activation and pooling, and back. */
export interface BlockTail {
  /** `[filters, pooled height × pooled width × batch]` */
  readonly output: Value
  /** Gradients of the matrix before batch normalisation, of gamma, and of the shift: bias or beta. */
  backward(gradient: Value): { matrix: Value; gamma: Value | undefined; shift: Value }
}

/**
 * Writes the end of a block. A monotone activation, as scale and shift, commutes with taking the maximum: then all of
 * them come after the pooling, on a quarter of the numbers.
 */
export function writeTail(
  graph: GraphWriter,
  activation: ActivationName,
  norm: Normalisation,
  geometry: ConvGeometry,
): BlockTail {
  const write = activations[activation].isMonotone ? poolFirst : poolLast
  return write(graph, activation, norm, geometry)
}

function poolFirst(
  graph: GraphWriter,
  activation: ActivationName,
  norm: Normalisation,
  geometry: ConvGeometry,
): BlockTail {
  const { forward, backward } = activations[activation]
  const pooled = poolForward(graph, norm.matrix, geometry)
  const before = scaleAndShift(graph, pooled.maximum, norm)
  const output = forward(graph, before)
  const spread = (value: Value) => poolBackward(graph, value, pooled, geometry)
  return {
    output,
    backward: (gradient) =>
      normBackward(graph, norm, geometry, {
        dy: backward(graph, gradient, before, output),
        centred: pooled.maximum,
        spread,
      }),
  }
}

function poolLast(
  graph: GraphWriter,
  activation: ActivationName,
  norm: Normalisation,
  geometry: ConvGeometry,
): BlockTail {
  const { forward, backward } = activations[activation]
  const before = scaleAndShift(graph, norm.matrix, norm)
  const activated = forward(graph, before)
  const pooled = poolForward(graph, activated, geometry)
  return {
    output: pooled.maximum,
    backward: (gradient) =>
      normBackward(graph, norm, geometry, {
        dy: backward(graph, poolBackward(graph, gradient, pooled, geometry), before, activated),
        centred: norm.matrix,
        spread: (value) => value,
      }),
  }
}

function scaleAndShift(graph: GraphWriter, value: Value, { scale, shift }: Normalisation): Value {
  const scaled = scale === undefined ? value : graph.op('Mul', [value, scale])
  return graph.op('Add', [scaled, shift])
}

/** The gradient after scale and shift, where it is known: at every position, or at the maxima only. */
interface AfterNorm {
  readonly dy: Value
  /** The matrix at the same positions. */
  readonly centred: Value
  /** To all positions, zero where there was no maximum. */
  readonly spread: (value: Value) => Value
}

function normBackward(
  graph: GraphWriter,
  { matrix, scale, statistics }: Normalisation,
  { filters, columns }: ConvGeometry,
  { dy, centred, spread }: AfterNorm,
): ReturnType<BlockTail['backward']> {
  const sumDy = sumRows(graph, dy)
  if (statistics === undefined || scale === undefined)
    return { matrix: spread(dy), gamma: undefined, shift: sumDy }
  const sumDyCentred = sumRows(graph, graph.op('Mul', [dy, centred]))
  const { gamma, beta, slope, shift } = batchNormGradients(
    graph,
    statistics,
    sumDy,
    sumDyCentred,
    scale,
    columns,
  )
  const direct = spread(graph.op('Mul', [dy, scale]))
  // Each number also acts on all others of its row, through mean and variance.
  const indirect = affineRows(graph, matrix, slope, shift, [filters, columns])
  return { matrix: graph.op('Add', [direct, indirect]), gamma, shift: beta }
}

const sumRows = (graph: GraphWriter, matrix: Value): Value =>
  graph.op('ReduceSum', [matrix, graph.ints([1])], { keepdims: 1 })
