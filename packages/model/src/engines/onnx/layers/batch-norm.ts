import { BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM } from '../../../blocks/layer-constants.js'
import { float, type GraphWriter, type Value } from '../graph/graph-writer.js'
import { reshape, sumOf } from '../graph/shapes.js'
import type { ConvGeometry } from './conv-geometry.js'
import type { Convolution, ConvolutionGradients } from './convolution.js'

/** Mean and biased variance of each filter's outputs over the batch, all `[filters, 1]`. */
interface BatchStatistics {
  readonly mean: Value
  readonly variance: Value
  /** 1 / √(variance + ε) */
  readonly inverseDeviation: Value
}

/** A convolution with the statistics of its outputs, and how gradients go back through both. */
export interface CentredConvolution {
  readonly statistics: BatchStatistics
  /** The outputs of each phase less the mean of their filter, `[filters, positions]`. */
  readonly centred: readonly Value[]
  /**
   * Each output also acts on all others of its filter, through mean and variance: the gradient of an output is
   * direct + centred × slope + shift.
   * @param direct phase by phase, `[filters, positions]`
   * @param slope `[filters, 1]`, as `shift`
   */
  backward(direct: readonly Value[], slope: Value, shift: Value): ConvolutionGradients
}

/**
 * Takes the statistics over the outputs themselves, in two passes. E[z²] − E[z]² would save one, and loses the digits
 * that small variances are made of.
 */
export function centreOutputs(
  graph: GraphWriter,
  convolution: Convolution,
  geometry: ConvGeometry,
): CentredConvolution {
  const share = graph.floats(1 / geometry.columns)
  const mean = graph.op('Mul', [sumRows(graph, convolution.outputs), share])
  const centred = convolution.outputs.map((output) => graph.op('Sub', [output, mean]))
  // ReduceSumSquare would be one operator, and takes three times as long as these two.
  const squares = centred.map((part) => graph.op('Mul', [part, part]))
  const variance = graph.op('Mul', [sumRows(graph, squares), share])
  return {
    statistics: { mean, variance, inverseDeviation: inverseDeviation(graph, variance) },
    centred,
    backward: (direct, slope, shift) =>
      convolution.backward(addIndirect(graph, direct, centred, slope, shift, geometry)),
  }
}

/** direct + centred × slope + shift */
export function addIndirect(
  graph: GraphWriter,
  direct: readonly Value[],
  centred: readonly Value[],
  slope: Value,
  shift: Value,
  { filters, phases }: ConvGeometry,
): Value[] {
  return phases.map(({ length }, phase) => {
    const indirect = affineRows(graph, centred[phase] as Value, slope, shift, [filters, length])
    return graph.op('Add', [direct[phase], indirect])
  })
}

/** The sum of each row over all parts, `[rows, 1]`. */
export function sumRows(graph: GraphWriter, parts: readonly Value[]): Value {
  return sumOf(
    graph,
    parts.map((part) => graph.op('ReduceSum', [part, graph.ints([1])], { keepdims: 1 })),
  )
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
function affineRows(
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

/** What is known of the gradient after scale and shift, dy; all but `columns` are `[filters, 1]`. */
interface AfterNorm {
  /** Sum of dy over all positions. */
  readonly sumDy: Value
  /** Sum of dy × (z − mean) over all positions. */
  readonly sumDyCentred: Value
  /** gamma × inverse deviation */
  readonly scale: Value
  /** Positions of all phases. */
  readonly columns: number
}

/** The gradient of gamma, and what that of the outputs needs: dz = dy × scale + centred × slope + shift. */
interface BatchNormGradients {
  readonly gamma: Value
  readonly slope: Value
  readonly shift: Value
}

/** Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, section 3, solved for the gradient of z. */
export function batchNormGradients(
  graph: GraphWriter,
  { inverseDeviation: inverse }: BatchStatistics,
  { sumDy, sumDyCentred, scale, columns }: AfterNorm,
): BatchNormGradients {
  const gamma = graph.op('Mul', [sumDyCentred, inverse])
  const share = graph.op('Mul', [scale, graph.floats(-1 / columns)])
  const slope = graph.op('Mul', [graph.op('Mul', [gamma, inverse]), share])
  return { gamma, slope, shift: graph.op('Mul', [sumDy, share]) }
}
