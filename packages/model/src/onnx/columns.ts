import type { ConvGeometry, Phase } from './conv-geometry.js'
import type { GraphWriter, Value } from './graph-writer.js'

/** One kernel tap at one phase: where in the padded image its pixels start. Steps are twice the stride. */
interface Patch {
  readonly tap: number
  readonly phase: Phase
  readonly top: number
  readonly left: number
}

/**
 * im2col: the image `[channels, height, width, batch]` as the matrix
 * `[channels × kernel height × kernel width, columns]` whose product with the filters is the convolution.
 */
export function gatherColumns(graph: GraphWriter, image: Value, geometry: ConvGeometry): Value {
  const { channels, padding, stride, kernel } = geometry
  const padded = padding === 0 ? image : padEdges(graph, image, padding, padding, padding, padding)
  const slices = new Map<string, Value>()
  const patches = listPatches(geometry).map(({ top, left, phase }) => {
    const key = `${top},${left},${phase.rows},${phase.cols}`
    const known = slices.get(key)
    if (known !== undefined) return known
    const steps = [2 * stride[0], 2 * stride[1]] as const
    const ends = [top + (phase.rows - 1) * steps[0] + 1, left + (phase.cols - 1) * steps[1] + 1]
    const operands = [
      padded,
      graph.ints([top, left]),
      graph.ints(ends),
      graph.ints([1, 2]),
      graph.ints(steps),
    ]
    const slice = reshape(graph, graph.op('Slice', operands), [channels, phase.length])
    slices.set(key, slice)
    return slice
  })
  const gathered = graph.op('Concat', patches, { axis: 1 })
  return reshape(graph, gathered, [channels * kernel[0] * kernel[1], geometry.columns])
}

/**
 * col2im, the transpose of `gatherColumns`: adds each entry of the matrix to the pixel that it came from.
 * @returns `[channels, height, width, batch]`
 */
export function scatterColumns(graph: GraphWriter, matrix: Value, geometry: ConvGeometry): Value {
  const { channels, batch, padding, height, width, stride, kernel } = geometry
  const taps = kernel[0] * kernel[1]
  const flat = reshape(graph, matrix, [channels, taps * geometry.columns])
  const byPlace = new Map<string, { patch: Patch; parts: Value[] }>()
  for (const patch of listPatches(geometry)) {
    const start = patch.tap * geometry.columns + patch.phase.offset
    const part = sliceColumns(graph, flat, start, patch.phase.length)
    const key = `${patch.top},${patch.left},${patch.phase.rows},${patch.phase.cols}`
    const place = byPlace.get(key)
    if (place) place.parts.push(part)
    else byPlace.set(key, { patch, parts: [part] })
  }

  // Pixels of equal remainder by twice the stride form a plane; within a plane the patches lie shifted by whole pixels.
  const [stepY, stepX] = [2 * stride[0], 2 * stride[1]]
  const planeHeight = Math.ceil((height + 2 * padding) / stepY)
  const planeWidth = Math.ceil((width + 2 * padding) / stepX)
  const planes = Array.from({ length: stepY * stepX }, (): Value[] => [])
  for (const { patch, parts } of byPlace.values()) {
    const { rows, cols } = patch.phase
    const [shiftY, shiftX] = [Math.floor(patch.top / stepY), Math.floor(patch.left / stepX)]
    const sum = reshape(graph, sumOf(graph, parts), [channels, rows, cols, batch])
    const placed = padEdges(
      graph,
      sum,
      shiftY,
      shiftX,
      planeHeight - shiftY - rows,
      planeWidth - shiftX - cols,
    )
    planes[(patch.top % stepY) * stepX + (patch.left % stepX)]?.push(placed)
  }
  const planeShape = [channels, planeHeight, planeWidth, batch]
  const stacked = graph.op(
    'Concat',
    planes.map((parts) => toPlane(graph, parts, planeShape)),
    { axis: 0 },
  )
  const apart = reshape(graph, stacked, [stepY, stepX, ...planeShape])
  const interleaved = graph.op('Transpose', [apart], { perm: [2, 3, 0, 4, 1, 5] })
  const whole = reshape(graph, interleaved, [channels, planeHeight * stepY, planeWidth * stepX, batch])
  const ends = graph.ints([padding + height, padding + width])
  return graph.op('Slice', [whole, graph.ints([padding, padding]), ends, graph.ints([1, 2])])
}

/** Columns `start` to `start + length` of a matrix. */
export function sliceColumns(graph: GraphWriter, matrix: Value, start: number, length: number): Value {
  return graph.op('Slice', [matrix, graph.ints([start]), graph.ints([start + length]), graph.ints([1])])
}

export function reshape(graph: GraphWriter, value: Value, shape: readonly number[]): Value {
  return graph.op('Reshape', [value, graph.ints(shape)])
}

/** Zeros around the two middle of four axes: `[channels, height, width, batch]`. */
export function padEdges(
  graph: GraphWriter,
  value: Value,
  top: number,
  left: number,
  bottom: number,
  right: number,
): Value {
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return value
  return graph.op('Pad', [value, graph.ints([0, top, left, 0, 0, bottom, right, 0])])
}

function listPatches({ phases, kernel, stride }: ConvGeometry): Patch[] {
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => tap)
  return taps.flatMap((tap) =>
    phases.map((phase) => ({
      tap,
      phase,
      top: phase.y * stride[0] + Math.floor(tap / kernel[1]),
      left: phase.x * stride[1] + (tap % kernel[1]),
    })),
  )
}

const sumOf = (graph: GraphWriter, parts: readonly Value[]): Value =>
  parts.length === 1 ? (parts[0] as Value) : graph.op('Sum', parts)

/** A plane that no patch reaches is zero: the stride steps over it. */
function toPlane(graph: GraphWriter, parts: readonly Value[], shape: readonly number[]): Value {
  return parts.length === 0 ? graph.op('ConstantOfShape', [graph.ints(shape)]) : sumOf(graph, parts)
}
