import type { ConvGeometry, Phase } from './conv-geometry.js'
import type { Convolution } from './convolution.js'
import type { GraphWriter, Value } from './graph-writer.js'
import { addPatches, layOnCanvas, type Patch, samePlace, slicePatch } from './patches.js'
import { reshape, sliceColumns, sumOf } from './shapes.js'

/** Any convolution: im2col and one matrix product, whose columns also serve the gradient of the kernel. */
export function convolveByColumns(
  graph: GraphWriter,
  image: Value,
  kernel: Value,
  geometry: ConvGeometry,
): Convolution {
  const columns = gatherColumns(graph, image, geometry)
  return {
    product: graph.op('MatMul', [kernel, columns]),
    backward: (gradient) => ({
      kernel: graph.op('Gemm', [gradient, columns], { transB: 1 }),
      image: () => scatterColumns(graph, graph.op('Gemm', [kernel, gradient], { transA: 1 }), geometry),
    }),
  }
}

/** im2col: `[channels × taps, columns]`, whose product with the kernel is the convolution. */
function gatherColumns(graph: GraphWriter, image: Value, geometry: ConvGeometry): Value {
  const { channels, kernel } = geometry
  const padded = layOnCanvas(graph, image, geometry, canvasOf(geometry))
  const slices = new Map<string, Value>()
  const patches = listTaps(geometry).map((tap) => {
    const known = slices.get(samePlace(tap))
    if (known !== undefined) return known
    const slice = reshape(graph, slicePatch(graph, padded, tap, geometry), [channels, tap.phase.length])
    slices.set(samePlace(tap), slice)
    return slice
  })
  const gathered = graph.op('Concat', patches, { axis: 1 })
  return reshape(graph, gathered, [channels * kernel[0] * kernel[1], geometry.columns])
}

/** col2im, the transpose of `gatherColumns`: adds each entry of the matrix to the pixel that it came from. */
function scatterColumns(graph: GraphWriter, matrix: Value, geometry: ConvGeometry): Value {
  const { channels, batch, kernel } = geometry
  const flat = reshape(graph, matrix, [channels, kernel[0] * kernel[1] * geometry.columns])
  const places = new Map<string, { patch: Patch; parts: Value[] }>()
  for (const tap of listTaps(geometry)) {
    const start = tap.index * geometry.columns + tap.phase.offset
    const part = sliceColumns(graph, flat, start, tap.phase.length)
    const place = places.get(samePlace(tap))
    if (place) place.parts.push(part)
    else places.set(samePlace(tap), { patch: tap, parts: [part] })
  }
  const patches = [...places.values()].map(({ patch, parts }) => {
    const value = reshape(graph, sumOf(graph, parts), [channels, patch.rows, patch.cols, batch])
    return { patch, value }
  })
  return addPatches(graph, patches, geometry, canvasOf(geometry))
}

const canvasOf = ({ height, width, padding }: ConvGeometry) => ({
  height: height + 2 * padding,
  width: width + 2 * padding,
})

interface Tap extends Patch {
  /** Number of the tap in the kernel, row by row. */
  readonly index: number
  readonly phase: Phase
}

function listTaps({ phases, kernel, stride }: ConvGeometry): Tap[] {
  return Array.from({ length: kernel[0] * kernel[1] }, (_, index) => index).flatMap((index) =>
    phases.map((phase) => ({
      index,
      phase,
      top: phase.y * stride[0] + Math.floor(index / kernel[1]),
      left: phase.x * stride[1] + (index % kernel[1]),
      rows: phase.rows,
      cols: phase.cols,
    })),
  )
}
