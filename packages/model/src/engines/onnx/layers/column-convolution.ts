import { POOL_SIZE } from '@sweepd/core'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { reshape, sliceColumns, sumOf } from '../graph/shapes.js'
import { addColumnsByAxis, gatherColumnsByAxis, hasManyTaps } from './columns-by-axis.js'
import type { ConvGeometry, PoolingPhase } from './conv-geometry.js'
import type { Convolution } from './convolution.js'
import { addPatches, type Canvas, layOnCanvas, type Patch, samePlace, slicePatch } from './patches.js'

/** Any convolution: im2col and one matrix product a phase, whose columns also serve the gradient of the kernel. */
export function convolveByColumns(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): Convolution {
  const columns = gatherColumns(graph, image, geometry)
  return {
    outputs: columns.map((part) => graph.op('MatMul', [kernel, part])),
    backward: (gradients) => ({
      kernel: kernelGradient(graph, gradients, columns),
      image: () => imageGradient(graph, gradients, kernel, geometry),
    }),
  }
}

/** im2col: for each phase `[channels × taps, positions]`, whose product with the kernel is the convolution. */
export function gatherColumns(graph: GraphWriter, image: Value, geometry: ConvGeometry): Value[] {
  if (hasManyTaps(geometry)) return gatherColumnsByAxis(graph, image, geometry)
  const { channels, kernel } = geometry
  const canvas = canvasOf(geometry)
  const padded = layOnCanvas(graph, image, geometry, canvas)
  const slices = new Map<string, Value>()
  const takePatch = (tap: Tap) => {
    const known = slices.get(samePlace(tap))
    if (known !== undefined) return known
    const slice = reshape(graph, slicePatch(graph, padded, tap, canvas), [channels, tap.phase.length])
    slices.set(samePlace(tap), slice)
    return slice
  }
  return geometry.phases.map((phase) => {
    const gathered = graph.op('Concat', listTaps(geometry, phase).map(takePatch), { axis: 1 })
    return reshape(graph, gathered, [channels * kernel[0] * kernel[1], phase.length])
  })
}

/** Σ gradients · columnsᵀ over the phases: each product adds to the one before. */
export function kernelGradient(
  graph: GraphWriter,
  gradients: readonly Value[],
  columns: readonly Value[],
): Value {
  return gradients.reduce<Value | undefined>(
    (sum, gradient, phase) => graph.op('Gemm', [gradient, columns[phase], sum], { transB: 1 }),
    undefined,
  ) as Value
}

/** col2im, the transpose of `gatherColumns`: adds each entry of kernelᵀ · gradients to the pixel that it came from. */
export function imageGradient(
  graph: GraphWriter,
  gradients: readonly Value[],
  kernel: Value,
  geometry: ConvGeometry,
): Value {
  const { channels, batch, phases } = geometry
  const ofPhases = gradients.map((gradient) => graph.op('Gemm', [kernel, gradient], { transA: 1 }))
  if (hasManyTaps(geometry)) return addColumnsByAxis(graph, ofPhases, geometry)
  const taps = geometry.kernel[0] * geometry.kernel[1]
  const places = new Map<string, { patch: Patch; parts: Value[] }>()
  for (const [index, phase] of phases.entries()) {
    const flat = reshape(graph, ofPhases[index] as Value, [channels, taps * phase.length])
    for (const tap of listTaps(geometry, phase)) {
      const part = sliceColumns(graph, flat, tap.index * phase.length, phase.length)
      const place = places.get(samePlace(tap))
      if (place) place.parts.push(part)
      else places.set(samePlace(tap), { patch: tap, parts: [part] })
    }
  }
  const patches = [...places.values()].map(({ patch, parts }) => {
    const value = reshape(graph, sumOf(graph, parts), [channels, patch.rows, patch.cols, batch])
    return { patch, value }
  })
  return addPatches(graph, patches, geometry, canvasOf(geometry))
}

/** The outputs of one phase are two strides apart, as the pooling windows are. */
const canvasOf = ({ height, width, padding, stride }: ConvGeometry): Canvas => ({
  height: height + 2 * padding,
  width: width + 2 * padding,
  steps: [POOL_SIZE * stride[0], POOL_SIZE * stride[1]],
})

interface Tap extends Patch {
  /** Number of the tap in the kernel, row by row. */
  readonly index: number
  readonly phase: PoolingPhase
}

function listTaps({ kernel, stride }: ConvGeometry, phase: PoolingPhase): Tap[] {
  return Array.from({ length: kernel[0] * kernel[1] }, (_, index) => ({
    index,
    phase,
    top: phase.y * stride[0] + Math.floor(index / kernel[1]),
    left: phase.x * stride[1] + (index % kernel[1]),
    rows: phase.rows,
    cols: phase.cols,
  }))
}
