import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { reshape } from '../graph/shapes.js'
import type { ConvGeometry } from './conv-geometry.js'
import type { Convolution } from './convolution.js'
import {
  countMultiplications,
  gatherTiles,
  joinPhases,
  layTiles,
  listOutputsByPhase,
  scatterTiles,
  type Tiling,
  takePhases,
} from './winograd-tiles.js'
import { hasWinogradTransforms, kronecker, winogradTransforms } from './winograd-transforms.js'

/** With few channels the transforms are most of the work. Not tuned. */
const MIN_CHANNELS = 8

/** Outputs of a tile in each dimension: a tile of 2×2 is a pooling window. */
const [SMALL_TILE, LARGE_TILE] = [2, 4]

/** Large tiles have larger transforms and are less exact; at 0.73 of the multiplications they gained nothing. */
const LARGE_TILE_SHARE = 0.6

export function canUseWinograd({ kernel, stride, channels }: ConvGeometry): boolean {
  const fits = kernel.every((taps) => hasWinogradTransforms(SMALL_TILE, taps))
  return fits && stride.every((step) => step === 1) && channels >= MIN_CHANNELS
}

/**
 * Winograd's algorithm for stride 1, on tiles of 2×2 or 4×4 outputs. For those of 2×2 a 3×3 kernel takes 16
 * multiplications where the definition has 36, and columns of a third of the size; for those of 4×4, 36 where it has 144.
 */
export function convolveByWinograd(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): Convolution {
  const { channels, filters } = geometry
  const tiling = chooseTiling(geometry)
  const { rows, cols, points } = tiling
  const tiles = rows * cols * geometry.batch
  const taps = geometry.kernel[0] * geometry.kernel[1]
  const { toInputs, toKernels, toOutputs } = constantTransforms(graph, tiling)

  const gathered = reshape(graph, gatherTiles(graph, image, tiling), [points, channels * tiles])
  const inputs = reshape(graph, graph.op('MatMul', [toInputs, gathered]), [points, channels, tiles])
  const flatKernel = reshape(graph, kernel, [filters * channels, taps])
  const flatKernels = graph.op('Gemm', [toKernels, flatKernel], { transB: 1 })
  const kernels = reshape(graph, flatKernels, [points, filters, channels])
  const products = reshape(graph, graph.op('MatMul', [kernels, inputs]), [points, filters * tiles])
  const outputs = graph.op('MatMul', [toOutputs, products])

  // ONNX Runtime fuses a transposition with the product that follows.
  const swap = (value: Value) => graph.op('Transpose', [value], { perm: [0, 2, 1] })
  return {
    outputs: takePhases(graph, outputs, tiling),
    backward(gradients) {
      const joined = joinPhases(graph, gradients, tiling)
      const spread = graph.op('Gemm', [toOutputs, joined], { transA: 1 })
      const ofProducts = reshape(graph, spread, [points, filters, tiles])
      const ofKernels = graph.op('MatMul', [ofProducts, swap(inputs)])
      const flatOfKernels = reshape(graph, ofKernels, [points, filters * channels])
      const ofTaps = graph.op('Gemm', [flatOfKernels, toKernels], { transA: 1 })
      return {
        kernel: reshape(graph, ofTaps, [filters, channels * taps]),
        image() {
          const ofInputs = graph.op('MatMul', [swap(kernels), ofProducts])
          const flat = reshape(graph, ofInputs, [points, channels * tiles])
          return scatterTiles(graph, graph.op('Gemm', [toInputs, flat], { transA: 1 }), tiling)
        },
      }
    },
  }
}

function chooseTiling(geometry: ConvGeometry): Tiling {
  const small = layTiles(geometry, SMALL_TILE)
  if (!geometry.kernel.every((taps) => hasWinogradTransforms(LARGE_TILE, taps))) return small
  const large = layTiles(geometry, LARGE_TILE)
  return countMultiplications(large) < LARGE_TILE_SHARE * countMultiplications(small) ? large : small
}

/** The transforms of both dimensions, each as one matrix. */
function constantTransforms(graph: GraphWriter, { geometry, outputs }: Tiling) {
  const [rows, cols] = geometry.kernel.map((taps) => winogradTransforms(outputs, taps)) as [
    ReturnType<typeof winogradTransforms>,
    ReturnType<typeof winogradTransforms>,
  ]
  const toMatrix = (matrix: readonly (readonly number[])[]) =>
    graph.floats(matrix.flat(), [matrix.length, matrix[0]?.length ?? 0])
  const ofTile = kronecker(rows.output, cols.output)
  return {
    toInputs: toMatrix(kronecker(rows.input, cols.input)),
    toKernels: toMatrix(kronecker(rows.kernel, cols.kernel)),
    toOutputs: toMatrix(listOutputsByPhase(outputs).map((place) => ofTile[place] ?? [])),
  }
}
