import { POOL_SIZE } from '@sweepd/core'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { reshape, sumOf } from '../graph/shapes.js'
import type { ConvGeometry, PoolingPhase } from './conv-geometry.js'
import { layOnCanvas } from './patches.js'

/** Up to 7×7 taps one slice for each tap is a small graph, and one pass over the pixels is cheaper than two. */
const MOST_TAPS_BY_SLICE = 49

/**
 * Whether columns are gathered along one axis after the other: with height + width slices instead of height × width.
 * ONNX Runtime needs time that grows with the square of the number of operators to open a graph. A 20×20 kernel had
 * 3,400 of them, and its first step took 5 to 18 s.
 */
export const hasManyTaps = ({ kernel }: ConvGeometry): boolean => kernel[0] * kernel[1] > MOST_TAPS_BY_SLICE

/** im2col, rows first: the same numbers as one slice for each tap gives. */
export function gatherColumnsByAxis(graph: GraphWriter, image: Value, geometry: ConvGeometry): Value[] {
  const { channels, batch, kernel } = geometry
  const { width, steps } = sizesOf(geometry)
  const padded = layOnCanvas(graph, image, geometry, sizesOf(geometry))
  const rowsOfPhases = new Map<string, Value>()
  const takeRows = (phase: PoolingPhase) => {
    const key = `${phase.y} ${phase.rows}`
    const known = rowsOfPhases.get(key)
    if (known !== undefined) return known
    const starts = tapStarts(geometry, phase, 0)
    const slices = starts.map((start) => slice(graph, padded, 1, start, phase.rows, steps[0]))
    const rows = graph.op('Concat', slices, { axis: 1 })
    rowsOfPhases.set(key, rows)
    return rows
  }
  return geometry.phases.map((phase) => {
    const rows = reshape(graph, takeRows(phase), [channels, kernel[0] * phase.rows, width, batch])
    const slices = tapStarts(geometry, phase, 1).map((start) => {
      const part = slice(graph, rows, 2, start, phase.cols, steps[1])
      return reshape(graph, part, [channels * kernel[0], 1, phase.length])
    })
    const joined = graph.op('Concat', slices, { axis: 1 })
    return reshape(graph, joined, [channels * kernel[0] * kernel[1], phase.length])
  })
}

/**
 * col2im, columns first: the transpose of `gatherColumnsByAxis`.
 * @param columns their gradients by phase, `[channels × taps, positions]`
 * @returns `[channels, height, width, batch]`
 */
export function addColumnsByAxis(
  graph: GraphWriter,
  columns: readonly Value[],
  geometry: ConvGeometry,
): Value {
  const { channels, batch, kernel, phases, padding } = geometry
  const { height, width, steps } = sizesOf(geometry)
  const rowParts: AxisPart[] = []
  for (const y of [0, 1]) {
    const columnParts = phases.flatMap((phase, index): AxisPart[] => {
      if (phase.y !== y) return []
      const byTap = reshape(graph, columns[index] as Value, [channels * kernel[0], kernel[1], phase.length])
      return tapStarts(geometry, phase, 1).map((start, tap) => ({
        start,
        count: phase.cols,
        value: slice(graph, byTap, 1, tap, 1, 1),
      }))
    })
    const { rows } = phases.find((phase) => phase.y === y) as PoolingPhase
    const axis = { outer: channels * kernel[0] * rows, size: width, inner: batch, step: steps[1] }
    const whole = addAlongAxis(graph, columnParts, axis)
    const byTap = reshape(graph, whole.value, [channels, kernel[0], rows * whole.size * batch])
    for (const [tap, start] of tapStarts(geometry, { y, x: 0 }, 0).entries())
      rowParts.push({ start, count: rows, value: slice(graph, byTap, 1, tap, 1, 1) })
  }
  const wide = Math.ceil(width / steps[1]) * steps[1]
  const axis = { outer: channels, size: height, inner: wide * batch, step: steps[0] }
  const whole = addAlongAxis(graph, rowParts, axis)
  const image = reshape(graph, whole.value, [channels, whole.size, wide, batch])
  const ends = graph.ints([padding + geometry.height, padding + geometry.width])
  return graph.op('Slice', [image, graph.ints([padding, padding]), ends, graph.ints([1, 2])])
}

/** Numbers at regular steps along an axis. */
interface AxisPart {
  readonly start: number
  readonly count: number
  readonly value: Value
}

interface Axis {
  /** Numbers in all axes before this one, and in all after it. */
  readonly outer: number
  readonly inner: number
  readonly size: number
  readonly step: number
}

/** Adds parts to the places of an axis that they were cut from. @returns `[outer, size, inner]`, the size rounded up to steps */
function addAlongAxis(graph: GraphWriter, parts: readonly AxisPart[], { outer, inner, size, step }: Axis) {
  const length = Math.ceil(size / step)
  const lanes = Array.from({ length: step }, (): Value[] => [])
  for (const { start, count, value } of parts) {
    const shift = Math.floor(start / step)
    const flat = reshape(graph, value, [outer, count, inner])
    const padding = graph.ints([0, shift, 0, 0, length - shift - count, 0])
    lanes[start % step]?.push(graph.op('Pad', [flat, padding]))
  }
  const shape = [outer, length, 1, inner]
  const filled = lanes.map((lane) =>
    // The stride steps over a lane that no part reaches.
    lane.length === 0
      ? graph.op('ConstantOfShape', [graph.ints(shape)])
      : reshape(graph, sumOf(graph, lane), shape),
  )
  const whole = graph.op('Concat', filled, { axis: 2 })
  return { value: reshape(graph, whole, [outer, length * step, inner]), size: length * step }
}

function slice(graph: GraphWriter, value: Value, axis: number, start: number, count: number, step: number) {
  const end = start + (count - 1) * step + 1
  const [from, to] = [graph.ints([start]), graph.ints([end])]
  return graph.op('Slice', [value, from, to, graph.ints([axis]), graph.ints([step])])
}

/** Where each tap of a row, or of a column, of the kernel meets the first output of a phase. */
function tapStarts(
  { kernel, stride }: ConvGeometry,
  { y, x }: Pick<PoolingPhase, 'y' | 'x'>,
  axis: 0 | 1,
): number[] {
  const offset = (axis === 0 ? y : x) * stride[axis]
  return Array.from({ length: kernel[axis] }, (_, tap) => offset + tap)
}

/** The padded image; the outputs of a phase are two strides apart, as the pooling windows are. */
const sizesOf = ({ height, width, padding, stride }: ConvGeometry) => ({
  height: height + 2 * padding,
  width: width + 2 * padding,
  steps: [POOL_SIZE * stride[0], POOL_SIZE * stride[1]] as const,
})
