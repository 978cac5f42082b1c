import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { cropImage, padImage, reshape } from '../graph/shapes.js'
import type { ConvGeometry, PoolingPhase } from './conv-geometry.js'

/** The maximum of each window, and what is needed to send its gradient back. */
interface Pooled {
  /** `[filters, pooled height × pooled width × batch]` */
  readonly maximum: Value
  /** The four candidates of each window, each of the shape of `maximum`. */
  readonly candidates: readonly Value[]
}

/** 2×2 max pooling of four phases, `[filters, positions]` each: their maximum. */
export function poolForward(graph: GraphWriter, phases: readonly Value[], geometry: ConvGeometry): Pooled {
  const candidates = geometry.phases.map((phase, index) =>
    cropToWindows(graph, phases[index] as Value, phase, geometry),
  )
  return { maximum: graph.op('Max', candidates), candidates }
}

/**
 * Sends the gradient of each maximum to the first of its candidates that has it, as TensorFlow does. Ties are common:
 * on a black background all four are equal, and giving each of them the whole gradient would count it four times.
 * @returns `[filters, positions]` of each phase
 */
export function poolBackward(
  graph: GraphWriter,
  gradient: Value,
  pooled: Pooled,
  geometry: ConvGeometry,
): Value[] {
  let rest = gradient
  return geometry.phases.map((phase, index) => {
    const candidate = pooled.candidates[index]
    const isLast = index === geometry.phases.length - 1
    if (candidate === undefined || isLast) return growFromWindows(graph, rest, phase, geometry)
    const isMaximum = graph.op('Cast', [graph.op('Equal', [candidate, pooled.maximum])], { to: 1 })
    const part = graph.op('Mul', [rest, isMaximum])
    rest = graph.op('Sub', [rest, part])
    return growFromWindows(graph, part, phase, geometry)
  })
}

/** Drops the positions of a phase that belong to no whole window. */
function cropToWindows(graph: GraphWriter, part: Value, phase: PoolingPhase, geometry: ConvGeometry): Value {
  const { filters, batch, pooledHeight, pooledWidth } = geometry
  if (phase.rows === pooledHeight && phase.cols === pooledWidth) return part
  const image = reshape(graph, part, [filters, phase.rows, phase.cols, batch])
  const cropped = cropImage(graph, image, pooledHeight, pooledWidth)
  return reshape(graph, cropped, [filters, pooledHeight * pooledWidth * batch])
}

function growFromWindows(
  graph: GraphWriter,
  part: Value,
  phase: PoolingPhase,
  geometry: ConvGeometry,
): Value {
  const { filters, batch, pooledHeight, pooledWidth } = geometry
  if (phase.rows === pooledHeight && phase.cols === pooledWidth) return part
  const image = reshape(graph, part, [filters, pooledHeight, pooledWidth, batch])
  const grown = padImage(graph, image, [0, 0, phase.rows - pooledHeight, phase.cols - pooledWidth])
  return reshape(graph, grown, [filters, phase.length])
}
