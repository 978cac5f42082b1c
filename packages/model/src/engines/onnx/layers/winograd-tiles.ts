import { POOL_SIZE } from '@sweepd/core'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { cropImage, padImage, reshape } from '../graph/shapes.js'
import type { ConvGeometry } from './conv-geometry.js'
import { addPatches, type Canvas, layOnCanvas, type Patch, slicePatch } from './patches.js'

/** How a convolution of stride 1 is cut into tiles: squares of outputs, with the pixels that these depend on. */
export interface Tiling {
  readonly geometry: ConvGeometry
  /** Height and width of the outputs of a tile, a multiple of the pooling window's. */
  readonly outputs: number
  /** Tiles of an image. */
  readonly rows: number
  readonly cols: number
  /** Pixels that the outputs of a tile depend on. */
  readonly points: number
}

/** The first phase is the largest: each tile has its first output within the image. */
export function layTiles(geometry: ConvGeometry, outputs: number): Tiling {
  const [first] = geometry.phases
  if (first === undefined) throw new RangeError('a convolution has four phases')
  const windows = outputs / POOL_SIZE
  const [height, width] = geometry.kernel.map((taps) => taps + outputs - 1) as [number, number]
  return {
    geometry,
    outputs,
    rows: Math.ceil(first.rows / windows),
    cols: Math.ceil(first.cols / windows),
    points: height * width,
  }
}

/** Multiplications of an image for each pair of a channel and a filter. */
export const countMultiplications = ({ rows, cols, points }: Tiling): number => rows * cols * points

/** The pixels of all tiles: `[points × channels, tile rows, tile cols, batch]`. */
export function gatherTiles(graph: GraphWriter, image: Value, tiling: Tiling): Value {
  const canvas = canvasOf(tiling)
  const padded = layOnCanvas(graph, image, tiling.geometry, canvas)
  const patches = listPatches(tiling).map((patch) => slicePatch(graph, padded, patch, canvas))
  return graph.op('Concat', patches, { axis: 0 })
}

/** The transpose of `gatherTiles`, of `[points, channels × tiles × batch]`. */
export function scatterTiles(graph: GraphWriter, tiles: Value, tiling: Tiling): Value {
  const { geometry, points } = tiling
  const rows = graph.splitRows(tiles, points, 1)
  const patches = listPatches(tiling).map((patch, point) => {
    const shape = [geometry.channels, patch.rows, patch.cols, geometry.batch]
    return { patch, value: reshape(graph, rows[point] as Value, shape) }
  })
  return addPatches(graph, patches, geometry, canvasOf(tiling))
}

/** Tiles overlap, and the last ones may reach beyond the image. */
function canvasOf({ geometry, outputs, rows, cols }: Tiling): Canvas {
  const { height, width, padding, kernel } = geometry
  return {
    height: Math.max(height + 2 * padding, outputs * rows + kernel[0] - 1),
    width: Math.max(width + 2 * padding, outputs * cols + kernel[1] - 1),
    steps: [outputs, outputs],
  }
}

/** One patch for each pixel of a tile. */
function listPatches({ geometry, outputs, rows, cols, points }: Tiling): Patch[] {
  const width = geometry.kernel[1] + outputs - 1
  return Array.from({ length: points }, (_, point) => ({
    top: Math.floor(point / width),
    left: point % width,
    rows,
    cols,
  }))
}

/**
 * The order in which the outputs of a tile stand in the matrices of `takePhases` and `joinPhases`: by phase first, then by
 * pooling window. Each entry is the place of an output in the tile, row by row.
 */
export function listOutputsByPhase(outputs: number): number[] {
  const windows = Array.from({ length: outputs / POOL_SIZE }, (_, index) => index)
  const places = [0, 1].flatMap((phase) => windows.map((window) => window * POOL_SIZE + phase))
  const half = windows.length
  const [first, second] = [places.slice(0, half), places.slice(half)]
  const cross = (ys: readonly number[], xs: readonly number[]) =>
    ys.flatMap((y) => xs.map((x) => y * outputs + x))
  return [cross(first, first), cross(first, second), cross(second, first), cross(second, second)].flat()
}

/**
 * The outputs of all tiles as phases, `[filters, positions]`; drops outputs beyond the image.
 * @param outputs `[outputs of a tile, filters × tiles × batch]`, ordered by `listOutputsByPhase`
 */
export function takePhases(graph: GraphWriter, outputs: Value, tiling: Tiling): Value[] {
  const { filters, batch, phases } = tiling.geometry
  const { rows, cols } = tiling
  const windows = tiling.outputs / POOL_SIZE
  const parts = graph.splitRows(outputs, phases.length, windows * windows)
  return phases.map((phase, index) => {
    let image = parts[index] as Value
    if (windows > 1) {
      const apart = reshape(graph, image, [windows, windows, filters, rows, cols, batch])
      image = graph.op('Transpose', [apart], { perm: [2, 3, 0, 4, 1, 5] })
    }
    const [height, width] = [rows * windows, cols * windows]
    const isWhole = phase.rows === height && phase.cols === width
    const whole = reshape(graph, image, [filters, height, width, batch])
    const cropped = isWhole ? whole : cropImage(graph, whole, phase.rows, phase.cols)
    return reshape(graph, cropped, [filters, phase.length])
  })
}

/** The transpose of `takePhases`. */
export function joinPhases(graph: GraphWriter, gradients: readonly Value[], tiling: Tiling): Value {
  const { filters, batch, phases } = tiling.geometry
  const { rows, cols } = tiling
  const windows = tiling.outputs / POOL_SIZE
  const parts = phases.map((phase, index) => {
    const image = reshape(graph, gradients[index] as Value, [filters, phase.rows, phase.cols, batch])
    let whole = padImage(graph, image, [0, 0, rows * windows - phase.rows, cols * windows - phase.cols])
    if (windows > 1) {
      const apart = reshape(graph, whole, [filters, rows, windows, cols, windows, batch])
      whole = graph.op('Transpose', [apart], { perm: [2, 4, 0, 1, 3, 5] })
    }
    return reshape(graph, whole, [windows * windows, filters * rows * cols * batch])
  })
  return graph.op('Concat', parts, { axis: 0 })
}
