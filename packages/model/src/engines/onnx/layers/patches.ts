import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { padImage, reshape, sumOf } from '../graph/shapes.js'
import type { ConvGeometry } from './conv-geometry.js'

/** Pixels of the padded image at regular steps: for instance those that one kernel tap meets at one phase. */
export interface Patch {
  /** Where it starts in the padded image. */
  readonly top: number
  readonly left: number
  readonly rows: number
  readonly cols: number
}

/** The padded image that patches are cut from. */
export interface Canvas {
  readonly height: number
  readonly width: number
  /** Between the pixels of a patch. */
  readonly steps: readonly [y: number, x: number]
}

export const samePlace = ({ top, left, rows, cols }: Patch): string => `${top},${left},${rows},${cols}`

/** The image with its zero padding, and beyond it more zeros below and to the right if the canvas is larger. */
export function layOnCanvas(graph: GraphWriter, image: Value, geometry: ConvGeometry, canvas: Canvas): Value {
  const { padding, height, width } = geometry
  const bottom = Math.max(padding, canvas.height - height - padding)
  const right = Math.max(padding, canvas.width - width - padding)
  return padImage(graph, image, [padding, padding, bottom, right])
}

/** Cuts a patch: `[channels, rows, cols, batch]`. */
export function slicePatch(graph: GraphWriter, padded: Value, patch: Patch, canvas: Canvas): Value {
  const [stepY, stepX] = canvas.steps
  const ends = [patch.top + (patch.rows - 1) * stepY + 1, patch.left + (patch.cols - 1) * stepX + 1]
  const from = graph.ints([patch.top, patch.left])
  return graph.op('Slice', [padded, from, graph.ints(ends), graph.ints([1, 2]), graph.ints([stepY, stepX])])
}

/**
 * The transpose of cutting: adds patches `[channels, rows, cols, batch]` to the pixels that they were cut from, and takes
 * the padding away. Pixels of equal remainder by the step form a plane; within it patches lie shifted by whole pixels.
 * @returns `[channels, height, width, batch]`
 */
export function addPatches(
  graph: GraphWriter,
  patches: readonly { readonly patch: Patch; readonly value: Value }[],
  geometry: ConvGeometry,
  canvas: Canvas,
): Value {
  const { channels, batch, padding, height, width } = geometry
  const [stepY, stepX] = canvas.steps
  const planeHeight = Math.ceil(canvas.height / stepY)
  const planeWidth = Math.ceil(canvas.width / stepX)
  const planes = Array.from({ length: stepY * stepX }, (): Value[] => [])
  for (const { patch, value } of patches) {
    const [shiftY, shiftX] = [Math.floor(patch.top / stepY), Math.floor(patch.left / stepX)]
    const [below, beside] = [planeHeight - shiftY - patch.rows, planeWidth - shiftX - patch.cols]
    const placed = padImage(graph, value, [shiftY, shiftX, below, beside])
    planes[(patch.top % stepY) * stepX + (patch.left % stepX)]?.push(placed)
  }
  const planeShape = [channels, planeHeight, planeWidth, batch]
  // A plane that no patch reaches is zero: the stride steps over it.
  const zeros = () => graph.op('ConstantOfShape', [graph.ints(planeShape)])
  const filled = planes.map((parts) => (parts.length === 0 ? zeros() : sumOf(graph, parts)))
  const apart = reshape(graph, graph.op('Concat', filled, { axis: 0 }), [stepY, stepX, ...planeShape])
  const interleaved = graph.op('Transpose', [apart], { perm: [2, 3, 0, 4, 1, 5] })
  const whole = reshape(graph, interleaved, [channels, planeHeight * stepY, planeWidth * stepX, batch])
  const ends = graph.ints([padding + height, padding + width])
  return graph.op('Slice', [whole, graph.ints([padding, padding]), ends, graph.ints([1, 2])])
}
