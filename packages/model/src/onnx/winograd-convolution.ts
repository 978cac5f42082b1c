import type { ConvGeometry } from './conv-geometry.js'
import type { Convolution } from './convolution.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { addPatches, type Canvas, layOnCanvas, type Patch, slicePatch } from './patches.js'
import { cropImage, padImage, reshape } from './shapes.js'
import { kronecker, MAX_TAPS, OUTPUTS, winogradTransforms } from './winograd-transforms.js'

/** With few channels the transforms are most of the work. Not tuned. */
const MIN_CHANNELS = 8

const PHASES = OUTPUTS * OUTPUTS

export function canUseWinograd({ kernel, stride, channels }: ConvGeometry): boolean {
  const fits = kernel.every((taps) => taps >= 2 && taps <= MAX_TAPS)
  return fits && stride.every((step) => step === 1) && channels >= MIN_CHANNELS
}

/**
 * Winograd's algorithm for stride 1: a tile's 2×2 outputs are the pooling window, so tiles lie exactly as phases do.
 * A 3×3 kernel takes 16 multiplications where the definition has 36, and columns of a third of the size.
 */
export function convolveByWinograd(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): Convolution {
  const { channels, filters } = geometry
  const { rows, cols, points } = tilesOf(geometry)
  const tiles = rows * cols * geometry.batch
  const taps = geometry.kernel[0] * geometry.kernel[1]
  const toInputs = constantTransform(graph, geometry, 'input')
  const toKernels = constantTransform(graph, geometry, 'kernel')
  const toOutputs = constantTransform(graph, geometry, 'output')

  const gathered = reshape(graph, gatherTiles(graph, image, geometry), [points, channels * tiles])
  const inputs = reshape(graph, graph.op('MatMul', [toInputs, gathered]), [points, channels, tiles])
  const flatKernel = reshape(graph, kernel, [filters * channels, taps])
  const flatKernels = graph.op('Gemm', [toKernels, flatKernel], { transB: 1 })
  const kernels = reshape(graph, flatKernels, [points, filters, channels])
  const products = reshape(graph, graph.op('MatMul', [kernels, inputs]), [points, filters * tiles])
  const outputs = graph.op('MatMul', [toOutputs, products])

  // ONNX Runtime fuses a transposition with the product that follows.
  const swap = (value: Value) => graph.op('Transpose', [value], { perm: [0, 2, 1] })
  return {
    outputs: takePhases(graph, outputs, geometry),
    backward(gradients) {
      const joined = joinPhases(graph, gradients, geometry)
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
          return scatterTiles(graph, graph.op('Gemm', [toInputs, flat], { transA: 1 }), geometry)
        },
      }
    },
  }
}

/** A tile is the pixels that a pooling window's four outputs depend on. */
interface Tiles {
  readonly rows: number
  readonly cols: number
  /** Pixels of a tile. */
  readonly points: number
}

/** The first phase is the largest: each tile has its first output within the image. */
function tilesOf({ phases, kernel }: ConvGeometry): Tiles {
  const [first] = phases
  if (first === undefined) throw new RangeError('a convolution has four phases')
  return { rows: first.rows, cols: first.cols, points: (kernel[0] + 1) * (kernel[1] + 1) }
}

/** Tiles overlap, and the last ones may reach beyond the image. */
function canvasOf(geometry: ConvGeometry): Canvas {
  const { rows, cols } = tilesOf(geometry)
  const { height, width, padding, kernel } = geometry
  return {
    height: Math.max(height + 2 * padding, OUTPUTS * rows + kernel[0] - 1),
    width: Math.max(width + 2 * padding, OUTPUTS * cols + kernel[1] - 1),
  }
}

/** One patch for each pixel of a tile. */
function listPatches(geometry: ConvGeometry): Patch[] {
  const { rows, cols, points } = tilesOf(geometry)
  const width = geometry.kernel[1] + 1
  return Array.from({ length: points }, (_, point) => ({
    top: Math.floor(point / width),
    left: point % width,
    rows,
    cols,
  }))
}

/** The pixels of all tiles: `[points × channels, tile rows, tile cols, batch]`. */
function gatherTiles(graph: GraphWriter, image: Value, geometry: ConvGeometry): Value {
  const padded = layOnCanvas(graph, image, geometry, canvasOf(geometry))
  const patches = listPatches(geometry).map((patch) => slicePatch(graph, padded, patch, geometry))
  return graph.op('Concat', patches, { axis: 0 })
}

/** The transpose of `gatherTiles`. */
function scatterTiles(graph: GraphWriter, tiles: Value, geometry: ConvGeometry): Value {
  const { channels, batch } = geometry
  const patches = listPatches(geometry).map((patch, point) => ({
    patch,
    value: reshape(graph, sliceRow(graph, tiles, point), [channels, patch.rows, patch.cols, batch]),
  }))
  return addPatches(graph, patches, geometry, canvasOf(geometry))
}

/** Rows of `[4, filters × tiles]` as phases, `[filters, positions]`; drops outputs beyond the image. */
function takePhases(graph: GraphWriter, outputs: Value, geometry: ConvGeometry): Value[] {
  const { filters, batch, phases } = geometry
  const { rows, cols } = tilesOf(geometry)
  const parts = graph.ops('Split', [outputs], { axis: 0, num_outputs: PHASES }, PHASES)
  return phases.map((phase, index) => {
    const image = reshape(graph, parts[index] as Value, [filters, rows, cols, batch])
    const isWhole = phase.rows === rows && phase.cols === cols
    const cropped = isWhole ? image : cropImage(graph, image, phase.rows, phase.cols)
    return reshape(graph, cropped, [filters, phase.length])
  })
}

/** The transpose of `takePhases`. */
function joinPhases(graph: GraphWriter, gradients: readonly Value[], geometry: ConvGeometry): Value {
  const { filters, batch, phases } = geometry
  const { rows, cols } = tilesOf(geometry)
  const parts = phases.map((phase, index) => {
    const image = reshape(graph, gradients[index] as Value, [filters, phase.rows, phase.cols, batch])
    const whole = padImage(graph, image, [0, 0, rows - phase.rows, cols - phase.cols])
    return reshape(graph, whole, [1, filters * rows * cols * batch])
  })
  return graph.op('Concat', parts, { axis: 0 })
}

const sliceRow = (graph: GraphWriter, matrix: Value, row: number): Value =>
  graph.op('Slice', [matrix, graph.ints([row]), graph.ints([row + 1]), graph.ints([0])])

/** The transform of both dimensions as one matrix. */
function constantTransform(
  graph: GraphWriter,
  { kernel }: ConvGeometry,
  kind: 'input' | 'kernel' | 'output',
): Value {
  const matrix = kronecker(winogradTransforms(kernel[0])[kind], winogradTransforms(kernel[1])[kind])
  return graph.floats(matrix.flat(), [matrix.length, matrix[0]?.length ?? 0])
}
