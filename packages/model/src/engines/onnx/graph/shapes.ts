import type { GraphWriter, Value } from './graph-writer.js'

/** Images within a graph are `[channels, height, width, batch]`; matrices `[rows, columns]`; the batch comes last. */

export function reshape(graph: GraphWriter, value: Value, shape: readonly number[]): Value {
  return graph.op('Reshape', [value, graph.ints(shape)])
}

/** Columns `start` to `start + length` of a matrix. */
export function sliceColumns(graph: GraphWriter, matrix: Value, start: number, length: number): Value {
  return graph.op('Slice', [matrix, graph.ints([start]), graph.ints([start + length]), graph.ints([1])])
}

/** The first `height` × `width` pixels of an image. */
export function cropImage(graph: GraphWriter, image: Value, height: number, width: number): Value {
  return graph.op('Slice', [image, graph.ints([0, 0]), graph.ints([height, width]), graph.ints([1, 2])])
}

/** Zeros around an image. */
export function padImage(
  graph: GraphWriter,
  image: Value,
  [top, left, bottom, right]: readonly [top: number, left: number, bottom: number, right: number],
): Value {
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return image
  return graph.op('Pad', [image, graph.ints([0, top, left, 0, 0, bottom, right, 0])])
}

/** The sum of one or more tensors of one shape. */
export function sumOf(graph: GraphWriter, parts: readonly Value[]): Value {
  const [first] = parts
  if (first === undefined) throw new RangeError('nothing to sum')
  return parts.length === 1 ? first : graph.op('Sum', parts)
}

/** A matrix with rows and columns exchanged. */
export function transpose(graph: GraphWriter, matrix: Value): Value {
  return graph.op('Transpose', [matrix], { perm: [1, 0] })
}

/** Exchanges the first two of three axes: whole runs of the third move. `from` is the shape before, `to` the result's. */
export function swapFirstAxes(
  graph: GraphWriter,
  value: Value,
  from: readonly [number, number, number],
  to: readonly number[],
): Value {
  const swapped = graph.op('Transpose', [reshape(graph, value, from)], { perm: [1, 0, 2] })
  return reshape(graph, swapped, to)
}
