import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from '../layer-constants.js'
import { float, type GraphWriter, type Value } from './graph-writer.js'
import { reshape } from './shapes.js'

/** Batch statistics of each row of a matrix `[filters, columns]`; all but `centred` are `[filters, 1]`. */
export interface BatchStatistics {
  readonly mean: Value
  readonly variance: Value
  /** 1 / √(variance + ε) */
  readonly inverseDeviation: Value
  /** The matrix less its row means. */
  readonly centred: Value
}

/**
 * Mean and biased variance in two passes. E[z²] − E[z]² would save one, and loses the digits that
 * small variances are made of.
 */
export function batchStatistics(graph: GraphWriter, matrix: Value): BatchStatistics {
  const mean = graph.op('ReduceMean', [matrix, graph.ints([1])], { keepdims: 1 })
  const centred = graph.op('Sub', [matrix, mean])
  // ReduceSumSquare would be one operator, and takes three times as long as these two.
  const squares = graph.op('Mul', [centred, centred])
  const variance = graph.op('ReduceMean', [squares, graph.ints([1])], { keepdims: 1 })
  return { mean, variance, inverseDeviation: inverseDeviation(graph, variance), centred }
}

export function inverseDeviation(graph: GraphWriter, variance: Value): Value {
  const shifted = graph.op('Add', [variance, graph.floats(BATCH_NORM_EPSILON)])
  return graph.op('Reciprocal', [graph.op('Sqrt', [shifted])])
}

/** moving × momentum + batch × (1 − momentum) */
export function moveAverage(graph: GraphWriter, moving: Value, batch: Value): Value {
  const kept = graph.op('Mul', [moving, graph.floats(BATCH_NORM_MOMENTUM)])
  return graph.op('Add', [kept, graph.op('Mul', [batch, graph.floats(1 - BATCH_NORM_MOMENTUM)])])
}

/**
 * matrix × scale + shift, row by row, in one pass: ONNX' inference-mode batch normalisation with mean 0 and variance 1
 * is just that. `scale` and `shift` are `[rows, 1]`.
 */
export function affineRows(
  graph: GraphWriter,
  matrix: Value,
  scale: Value,
  shift: Value,
  [rows, columns]: readonly [rows: number, columns: number],
): Value {
  const vector = (value: Value) => reshape(graph, value, [rows])
  const [zeros, ones] = [graph.floats(new Float32Array(rows)), graph.floats(new Float32Array(rows).fill(1))]
  const asImage = reshape(graph, matrix, [1, rows, columns])
  const operands = [asImage, vector(scale), vector(shift), zeros, ones]
  return reshape(graph, graph.op('BatchNormalization', operands, { epsilon: float(0) }), [rows, columns])
}

/** What the gradient with respect to the normalised matrix needs of the gradient after scale and shift. */
export interface BatchNormGradients {
  readonly gamma: Value
  readonly beta: Value
  /** dz = dy × scale + centred × slope + shift */
  readonly slope: Value
  readonly shift: Value
}

/**
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, section 3, solved for the gradient of z.
 * @param sumDy sum over each row of dy, `[filters, 1]`
 * @param sumDyCentred sum over each row of dy × (z − mean), `[filters, 1]`
 * @param scale gamma × inverse deviation, `[filters, 1]`
 */
export function batchNormGradients(
  graph: GraphWriter,
  { inverseDeviation: inverse }: BatchStatistics,
  sumDy: Value,
  sumDyCentred: Value,
  scale: Value,
  columns: number,
): BatchNormGradients {
  const gamma = graph.op('Mul', [sumDyCentred, inverse])
  const share = graph.op('Mul', [scale, graph.floats(-1 / columns)])
  const slope = graph.op('Mul', [graph.op('Mul', [gamma, inverse]), share])
  return { gamma, beta: sumDy, slope, shift: graph.op('Mul', [sumDy, share]) }
}
