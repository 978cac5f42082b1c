import type { Attribute, Dimension } from './graph-writer.js'

export type Shape = readonly Dimension[]

/** What is known of an operand: its shape, and its numbers if it is a constant vector of integers. */
export interface Operand {
  readonly shape: Shape
  readonly ints?: readonly number[] | undefined
}

type Attributes = Readonly<Record<string, Attribute>>
type Rule = (operands: readonly (Operand | undefined)[], attributes: Attributes) => Shape[]

/**
 * The shapes of an operator's outputs, by the rules of https://onnx.ai/onnx/operators/.
 * @returns undefined for an operator without a rule here, or if an operand's shape is unknown
 * @throws RangeError if the operands do not fit together
 */
export function inferShapes(
  type: string,
  operands: readonly (Operand | undefined)[],
  attributes: Attributes,
): Shape[] | undefined {
  const rule = RULES[type]
  if (rule === undefined) return undefined
  try {
    return rule(operands, attributes)
  } catch (error) {
    const shapes = operands.map((operand) => (operand ? show(operand.shape) : 'none')).join(', ')
    const reason = error instanceof Error ? error.message : String(error)
    throw new RangeError(`the operands of ${type}, ${shapes}, do not fit: ${reason}`)
  }
}

const show = (shape: Shape): string => `[${shape.join(', ')}]`

function refuseUnless(isFine: boolean, reason: string): void {
  if (!isFine) throw new RangeError(reason)
}

const shapeAt = (operands: readonly (Operand | undefined)[], index: number): Shape => {
  const operand = operands[index]
  if (operand === undefined) throw new RangeError(`operand ${index} is missing`)
  return operand.shape
}

/** The numbers of an operand that must be a constant. */
const intsAt = (operands: readonly (Operand | undefined)[], index: number): readonly number[] => {
  const ints = operands[index]?.ints
  if (ints === undefined) throw new RangeError(`operand ${index} is not a constant`)
  return ints
}

const numberOf = (attribute: Attribute | undefined, usual: number): number =>
  typeof attribute === 'number' ? attribute : usual
const numbersOf = (attribute: Attribute | undefined): readonly number[] =>
  Array.isArray(attribute) ? attribute : []

const at = (shape: Shape, axis: number): Dimension => {
  const side = shape.at(axis)
  if (side === undefined) throw new RangeError(`there is no axis ${axis}`)
  return side
}

const replace = (shape: Shape, axis: number, side: Dimension): Shape => {
  at(shape, axis)
  return shape.with(axis, side)
}

const keepShape: Rule = (operands) => [shapeAt(operands, 0)]

const broadcastAll: Rule = (operands) => [
  operands.map((_, index) => shapeAt(operands, index)).reduce((all, shape) => broadcast(all, shape)),
]

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a.at(axis - rank) ?? 1, b.at(axis - rank) ?? 1]
    const [ofA, ofB] = [axis >= rank - a.length ? left : 1, axis >= rank - b.length ? right : 1]
    refuseUnless(ofA === ofB || ofA === 1 || ofB === 1, `${ofA} and ${ofB} differ`)
    return ofA === 1 ? ofB : ofA
  })
}

const multiply: Rule = (operands) => {
  const [a, b] = [shapeAt(operands, 0), shapeAt(operands, 1)]
  refuseUnless(at(a, -1) === at(b, -2), `${at(a, -1)} columns meet ${at(b, -2)} rows`)
  return [[...broadcast(a.slice(0, -2), b.slice(0, -2)), at(a, -2), at(b, -1)]]
}

const multiplyAndAdd: Rule = (operands, { transA, transB }) => {
  const [a, b] = [shapeAt(operands, 0), shapeAt(operands, 1)]
  refuseUnless(a.length === 2 && b.length === 2, 'both must be matrices')
  const [rows, inner] = transA === 1 ? [at(a, 1), at(a, 0)] : [at(a, 0), at(a, 1)]
  const [other, columns] = transB === 1 ? [at(b, 1), at(b, 0)] : [at(b, 0), at(b, 1)]
  refuseUnless(inner === other, `${inner} columns meet ${other} rows`)
  const sum = operands[2]
  if (sum)
    refuseUnless(show(broadcast(sum.shape, [rows, columns])) === show([rows, columns]), 'the sum is larger')
  return [[rows, columns]]
}

const sizeOf = (shape: Shape): number | undefined =>
  shape.reduce<number | undefined>(
    (size, side) => (size === undefined || typeof side === 'string' ? undefined : size * side),
    1,
  )

const reshape: Rule = (operands) => {
  const [from, to] = [shapeAt(operands, 0), intsAt(operands, 1)]
  const size = sizeOf(from)
  refuseUnless(size === undefined || size === sizeOf(to), `${size} numbers do not fill ${show(to)}`)
  return [to]
}

const slice: Rule = (operands) => {
  let shape = shapeAt(operands, 0)
  const [starts, ends, axes] = [intsAt(operands, 1), intsAt(operands, 2), intsAt(operands, 3)]
  const steps = operands[4] ? intsAt(operands, 4) : axes.map(() => 1)
  for (const [index, axis] of axes.entries()) {
    const [start = 0, end = 0, step = 1] = [starts[index], ends[index], steps[index]]
    const side = at(shape, axis)
    refuseUnless(
      typeof side === 'string' || (start >= 0 && start < end && end <= side),
      `${start} to ${end} of ${side}`,
    )
    shape = replace(shape, axis, Math.ceil((end - start) / step))
  }
  return [shape]
}

const pad: Rule = (operands) => {
  const [shape, pads] = [shapeAt(operands, 0), intsAt(operands, 1)]
  refuseUnless(pads.length === 2 * shape.length, `${pads.length} paddings for ${shape.length} axes`)
  refuseUnless(
    pads.every((count) => count >= 0),
    'a padding is negative',
  )
  return [
    shape.map((side, axis) =>
      typeof side === 'string' ? side : side + (pads[axis] ?? 0) + (pads[axis + shape.length] ?? 0),
    ),
  ]
}

const concatenate: Rule = (operands, { axis }) => {
  const along = numberOf(axis, 0)
  const shapes = operands.map((_, index) => shapeAt(operands, index))
  const [first = []] = shapes
  let total = 0
  for (const shape of shapes) {
    refuseUnless(show(replace(shape, along, 0)) === show(replace(first, along, 0)), 'other axes differ')
    total += Number(at(shape, along))
  }
  return [replace(first, along, total)]
}

const split: Rule = (operands, { axis }) => {
  const [shape, sizes] = [shapeAt(operands, 0), intsAt(operands, 1)]
  const along = numberOf(axis, 0)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  refuseUnless(total === at(shape, along), `parts of ${total} from ${at(shape, along)}`)
  return sizes.map((size) => replace(shape, along, size))
}

const transpose: Rule = (operands, { perm }) => {
  const [shape, order] = [shapeAt(operands, 0), numbersOf(perm)]
  refuseUnless(order.length === shape.length, `${order.length} axes are ordered of ${shape.length}`)
  return [order.map((axis) => at(shape, axis))]
}

/** Axes are an operand, an attribute, or all of them. */
const reduce: Rule = (operands, { axis, keepdims }) => {
  const shape = shapeAt(operands, 0)
  const all = shape.map((_, index) => index)
  const axes = operands[1] ? intsAt(operands, 1) : axis === undefined ? all : [numberOf(axis, 0)]
  for (const one of axes) at(shape, one)
  return [
    keepdims === 0
      ? shape.filter((_, index) => !axes.includes(index))
      : shape.map((side, index) => (axes.includes(index) ? 1 : side)),
  ]
}

const gather: Rule = (operands) => [[...shapeAt(operands, 1), ...shapeAt(operands, 0).slice(1)]]

const normalise: Rule = (operands) => {
  const shape = shapeAt(operands, 0)
  for (const index of [1, 2, 3, 4])
    refuseUnless(
      show(shapeAt(operands, index)) === show([at(shape, 1)]),
      `operand ${index} is not one number a channel`,
    )
  return [shape]
}

/** A window that moves over height and width of `[batch, channels, height, width]`. */
function slide(shape: Shape, channels: Dimension, attributes: Attributes): Shape {
  const [kernel, strides, pads] = ['kernel_shape', 'strides', 'pads'].map((name) =>
    numbersOf(attributes[name]),
  )
  const sides = [0, 1].map((axis) => {
    const padded = Number(at(shape, 2 + axis)) + (pads?.[axis] ?? 0) + (pads?.[axis + 2] ?? 0)
    return Math.floor((padded - (kernel?.[axis] ?? 1)) / (strides?.[axis] ?? 1)) + 1
  })
  return [at(shape, 0), channels, ...sides]
}

const convolve: Rule = (operands, attributes) => {
  const [image, filters] = [shapeAt(operands, 0), shapeAt(operands, 1)]
  refuseUnless(at(image, 1) === at(filters, 1), `${at(image, 1)} channels meet filters of ${at(filters, 1)}`)
  return [slide(image, at(filters, 0), attributes)]
}

const flatten: Rule = (operands) => {
  const [first = 1, ...rest] = shapeAt(operands, 0)
  return [[first, sizeOf(rest) ?? 'features']]
}

const ofOperators = (rule: Rule, names: string): Record<string, Rule> =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]))

const RULES: Readonly<Record<string, Rule>> = {
  ...ofOperators(
    keepShape,
    'Identity Cast Relu Elu Selu LeakyRelu Tanh Sigmoid Erf Exp Log Sqrt Abs Sign Reciprocal',
  ),
  ...ofOperators(keepShape, 'Softmax LogSoftmax Clip'),
  ...ofOperators(broadcastAll, 'Add Sub Mul Div Max Sum Equal Greater Less Where'),
  ...ofOperators(reduce, 'ReduceSum ReduceMean ReduceMax ReduceL1 ReduceSumSquare ArgMax'),
  MatMul: multiply,
  Gemm: multiplyAndAdd,
  Reshape: reshape,
  Slice: slice,
  Pad: pad,
  Concat: concatenate,
  Split: split,
  Transpose: transpose,
  Gather: gather,
  BatchNormalization: normalise,
  ConstantOfShape: (operands) => [intsAt(operands, 0)],
  Expand: (operands) => [broadcast(shapeAt(operands, 0), intsAt(operands, 1))],
  Conv: convolve,
  MaxPool: (operands, attributes) => [slide(shapeAt(operands, 0), at(shapeAt(operands, 0), 1), attributes)],
  Flatten: flatten,
}
