import { ATTRIBUTE_TYPES, ELEMENT_TYPES, type ElementType, encodeModel } from './onnx-proto.js'
import { inferShapes, type Operand, type Shape } from './operator-shapes.js'

/** Operator set and file format that ONNX Runtime 1.14 and later read. */
const OPSET_VERSION = 18
const IR_VERSION = 9

/** The name of a tensor in the graph. */
export type Value = string & { readonly __value: unique symbol }

/** Integers become ints, other numbers floats; write `float(1)` for a float that is whole. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: object }
export const float = (value: number): Attribute => ({ float: value })

/** The length of a side, or the name of one that each run may choose. */
export type Dimension = number | string

/** An input or an output. */
export interface Port {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly Dimension[]
}

const NO_VALUE = '' as Value

interface Node {
  readonly op_type: string
  readonly name: string
  readonly input: readonly Value[]
  readonly output: readonly Value[]
  readonly attribute: readonly object[]
}

/**
 * Writes an ONNX graph node by node, in order of execution. It knows the shape of every tensor, and refuses operands that
 * do not fit where they are written instead of when the graph is opened.
 */
export class GraphWriter {
  private readonly nodes: Node[] = []
  private readonly initializers: object[] = []
  private readonly inputPorts: Port[] = []
  private readonly outputPorts: Port[] = []
  /** Tensors that get the name of an output in `encode`; a copying Identity would cost a pass over each. */
  private readonly outputNames = new Map<Value, Value>()
  private readonly constants = new Map<string, Value>()
  private readonly operands = new Map<Value, Operand>()

  /** All inputs so far. */
  get inputs(): readonly Port[] {
    return this.inputPorts
  }

  /** All outputs so far. */
  get outputs(): readonly Port[] {
    return this.outputPorts
  }

  /** How many operators the graph has. */
  get size(): number {
    return this.nodes.length
  }

  /** The shape of a tensor of this graph; undefined behind an operator without a rule in `operator-shapes.ts`. */
  shapeOf(value: Value): Shape | undefined {
    return this.operands.get(value)?.shape
  }

  /** An input that is fed at every run. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.inputPorts.push({ name, type, shape })
    this.operands.set(name as Value, { shape })
    return name as Value
  }

  /** Makes a tensor an output of the graph under this name. @throws RangeError if its shape is another one */
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    const known = this.shapeOf(value)
    if (known !== undefined && known.join() !== shape.join())
      throw new RangeError(`output ${name} is [${known.join(', ')}], not [${shape.join(', ')}]`)
    this.outputNames.set(value, name as Value)
    this.outputPorts.push({ name, type, shape })
  }

  /** One operator with one output; an undefined operand is an optional one left out. */
  op(
    type: string,
    operands: readonly (Value | undefined)[],
    attributes: Record<string, Attribute> = {},
  ): Value {
    const [output] = this.ops(type, operands, attributes, 1)
    return output as Value
  }

  /** One operator with several outputs. @throws RangeError if the operands do not fit */
  ops(
    type: string,
    operands: readonly (Value | undefined)[],
    attributes: Record<string, Attribute>,
    count: number,
  ): Value[] {
    const name = `${type}_${this.nodes.length}`
    const output = Array.from(
      { length: count },
      (_, index) => (index === 0 ? name : `${name}_${index}`) as Value,
    )
    this.noteShapes(type, operands, attributes, output)
    const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value))
    this.nodes.push({
      op_type: type,
      name,
      input: operands.map((value) => value ?? NO_VALUE),
      output,
      attribute,
    })
    return output
  }

  /** Cuts a tensor along its first axis into parts of so many rows. */
  splitRows(value: Value, parts: number, rows: number): Value[] {
    return this.ops('Split', [value, this.ints(Array<number>(parts).fill(rows))], { axis: 0 }, parts)
  }

  /** A float32 constant; a number is a scalar. */
  floats(data: number | readonly number[] | Float32Array, shape?: readonly number[]): Value {
    const array = typeof data === 'number' ? Float32Array.of(data) : Float32Array.from(data)
    return this.constant('float32', array, shape ?? (typeof data === 'number' ? [] : [array.length]))
  }

  /** A vector of int64: a shape, axes, starts. */
  ints(data: readonly number[]): Value {
    return this.constant('int64', BigInt64Array.from(data, BigInt), [data.length])
  }

  /** The finished model, as ONNX Runtime loads it. */
  encode(): Uint8Array {
    return encodeModel({
      ir_version: IR_VERSION,
      opset_import: [{ domain: '', version: OPSET_VERSION }],
      producer_name: 'sweepd',
      graph: this.toGraph(),
    })
  }

  /**
   * A GraphProto.
   * @param prefix of all names of inputs and outputs, for a graph within one that has the same names
   * @param inputs in another order, and the outputs likewise
   */
  toGraph(prefix = '', inputs = this.inputs, outputs = this.outputs): object {
    const names = new Map<string, string>(this.inputs.map(({ name }) => [name, prefix + name]))
    for (const [value, name] of this.outputNames) names.set(value, prefix + name)
    const rename = (values: readonly Value[]) => values.map((value) => names.get(value) ?? value)
    const describeAll = (ports: readonly Port[]) =>
      ports.map(({ name, type, shape }) => describe(prefix + name, type, shape))
    return {
      name: `${prefix}graph`,
      node: this.nodes.map((node) => ({ ...node, input: rename(node.input), output: rename(node.output) })),
      initializer: this.initializers,
      input: describeAll(inputs),
      output: describeAll(outputs),
    }
  }

  private noteShapes(
    type: string,
    operands: readonly (Value | undefined)[],
    attributes: Record<string, Attribute>,
    outputs: readonly Value[],
  ): void {
    const known = operands.map((value) => value && this.operands.get(value))
    if (operands.some((value, index) => value !== undefined && known[index] === undefined)) return
    for (const [index, shape] of (inferShapes(type, known, attributes) ?? []).entries())
      this.operands.set(outputs[index] as Value, { shape })
  }

  private constant(type: ElementType, data: Float32Array | BigInt64Array, shape: readonly number[]): Value {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const key = `${type}:${shape}:${Buffer.from(raw).toString('base64')}`
    const known = this.constants.get(key)
    if (known !== undefined) return known
    const name = `constant_${this.initializers.length}` as Value
    this.initializers.push({ name, dims: [...shape], data_type: ELEMENT_TYPES[type], raw_data: raw })
    this.constants.set(key, name)
    const ints = data instanceof BigInt64Array ? Array.from(data, Number) : undefined
    this.operands.set(name, { shape, ints })
    return name
  }
}

function describe(name: string, type: ElementType, shape: readonly Dimension[]): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }))
  return { name, type: { tensor_type: { elem_type: ELEMENT_TYPES[type], shape: { dim } } } }
}

function toAttribute(name: string, value: Attribute): object {
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPES.string, s: Buffer.from(value) }
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? { name, type: ATTRIBUTE_TYPES.int, i: value }
      : { name, type: ATTRIBUTE_TYPES.float, f: value }
  if ('graph' in value) return { name, type: ATTRIBUTE_TYPES.graph, g: value.graph }
  if ('float' in value) return { name, type: ATTRIBUTE_TYPES.float, f: value.float }
  return { name, type: ATTRIBUTE_TYPES.ints, ints: [...value] }
}
