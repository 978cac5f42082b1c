import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { sumOf } from '../graph/shapes.js'
import { addIndirect, type CentredConvolution, inverseDeviation, sumRows } from './batch-norm.js'
import { gatherColumns, imageGradient, kernelGradient } from './column-convolution.js'
import type { ConvGeometry } from './conv-geometry.js'

/** Whether a filter has so few weights that the moments of what it sees are cheaper than those of what it gives. */
export function canUseColumnMoments({ channels, kernel, filters }: ConvGeometry): boolean {
  return channels * kernel[0] * kernel[1] <= filters
}

/**
 * A convolution of few inputs, such as the first of a network, with statistics that need no pass over its outputs.
 * Outputs are kernel · columns, so their mean is kernel · the columns' mean, and if the columns are centred first, the
 * variance of filter w is w · C · wᵀ with their covariance C: of 9 × 9 numbers where the outputs are 32 × 25,088.
 * The same C gives the part of the kernel's gradient that comes through mean and variance.
 */
export function centreByColumns(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): CentredConvolution {
  const { inputs, mean: inputMean } = centreColumns(graph, image, geometry)
  const scatter = kernelGradient(graph, inputs, inputs)
  const kernelScatter = graph.op('MatMul', [kernel, scatter])
  const sumOfSquares = sumRows(graph, [graph.op('Mul', [kernelScatter, kernel])])
  const variance = graph.op('Mul', [sumOfSquares, graph.floats(1 / geometry.columns)])
  const mean = graph.op('MatMul', [kernel, inputMean])
  const centred = inputs.map((part) => graph.op('MatMul', [kernel, part]))
  return {
    statistics: { mean, variance, inverseDeviation: inverseDeviation(graph, variance) },
    centred,
    backward: (direct, slope, shift) => ({
      // Centred inputs sum to zero: the shift has no part in it.
      kernel: sumOf(graph, [kernelGradient(graph, direct, inputs), graph.op('Mul', [kernelScatter, slope])]),
      image: () =>
        imageGradient(graph, addIndirect(graph, direct, centred, slope, shift, geometry), kernel, geometry),
    }),
  }
}

/** The columns of each phase less the mean of their row over all phases, and that mean, `[channels × taps, 1]`. */
function centreColumns(graph: GraphWriter, image: Value, geometry: ConvGeometry) {
  const columns = gatherColumns(graph, image, geometry)
  const mean = graph.op('Mul', [sumRows(graph, columns), graph.floats(1 / geometry.columns)])
  return { inputs: columns.map((part) => graph.op('Sub', [part, mean])), mean }
}
