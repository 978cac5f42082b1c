import type { ActivationName } from '../../../blocks/block.js'
import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { activations } from './activations.js'
import type { ConvGeometry } from './conv-geometry.js'
import { poolBackward, poolForward } from './max-pooling.js'

/** What is done to each filter's outputs before the activation: × scale (if any, never negative), + shift. */
interface Affine {
  /** `[filters, 1]`, as `shift` */
  readonly scale: Value | undefined
  readonly shift: Value
}

/** The non-zero part of the gradient after scale and shift: at every position, by phase, or at the maxima only. */
interface TailGradient {
  readonly dy: readonly Value[]
  /** The outputs of the convolution at the same positions. */
  readonly outputs: readonly Value[]
  /** Brings values from these positions to all of them, by phase; zero elsewhere. */
  spread(parts: readonly Value[]): readonly Value[]
}

/** The end of a block: scale, shift, activation and pooling, and back. */
export interface BlockTail {
  /** `[filters, pooled height × pooled width × batch]` */
  readonly output: Value
  backward(gradient: Value): TailGradient
}

/**
 * Writes the end of a block. A monotone activation, as scale and shift, commutes with taking the maximum: then all of
 * them come after the pooling, on a quarter of the numbers.
 * @param outputs of the convolution by phase, `[filters, positions]`
 */
export function writeTail(
  graph: GraphWriter,
  activation: ActivationName,
  outputs: readonly Value[],
  affine: Affine,
  geometry: ConvGeometry,
): BlockTail {
  const write = activations[activation].isMonotone ? poolFirst : poolLast
  return write(graph, activation, outputs, affine, geometry)
}

function poolFirst(
  graph: GraphWriter,
  activation: ActivationName,
  outputs: readonly Value[],
  affine: Affine,
  geometry: ConvGeometry,
): BlockTail {
  const { forward, backward } = activations[activation]
  const pooled = poolForward(graph, outputs, geometry)
  const before = scaleAndShift(graph, pooled.maximum, affine)
  const output = forward(graph, before)
  return {
    output,
    backward: (gradient) => ({
      dy: [backward(graph, gradient, before, output)],
      outputs: [pooled.maximum],
      spread: (parts) => parts.flatMap((part) => poolBackward(graph, part, pooled, geometry)),
    }),
  }
}

function poolLast(
  graph: GraphWriter,
  activation: ActivationName,
  outputs: readonly Value[],
  affine: Affine,
  geometry: ConvGeometry,
): BlockTail {
  const { forward, backward } = activations[activation]
  const before = outputs.map((part) => scaleAndShift(graph, part, affine))
  const activated = before.map((part) => forward(graph, part))
  const pooled = poolForward(graph, activated, geometry)
  return {
    output: pooled.maximum,
    backward: (gradient) => ({
      dy: poolBackward(graph, gradient, pooled, geometry).map((part, phase) =>
        backward(graph, part, before[phase] as Value, activated[phase] as Value),
      ),
      outputs,
      spread: (parts) => parts,
    }),
  }
}

function scaleAndShift(graph: GraphWriter, value: Value, { scale, shift }: Affine): Value {
  const scaled = scale === undefined ? value : graph.op('Mul', [value, scale])
  return graph.op('Add', [scaled, shift])
}
