import { type Attribute, GraphWriter, type Value } from './graph-writer.js'

type Operands = readonly (Value | undefined)[]
type Attributes = Record<string, Attribute>

/**
 * Writes graphs in the operators that ONNX Runtime's WebGPU provider has. One that it lacks runs on the processor, and
 * its operands travel there and back, in the middle of a step. (`Equal` of two classes is left: it is small and last.)
 */
export class WebGpuWriter extends GraphWriter {
  override op(type: string, operands: Operands, attributes: Attributes = {}): Value {
    const [x] = operands
    if (x === undefined) return super.op(type, operands, attributes)
    switch (type) {
      case 'Sum':
        return operands.slice(1).reduce((sum: Value, other) => this.op('Add', [sum, other]), x)
      case 'Sign':
        return this.sign(x)
      case 'Selu':
        return this.selu(x, attributes)
      case 'LogSoftmax':
        return this.logSoftmax(x)
      default:
        return super.op(type, operands, attributes)
    }
  }

  /** `Split` binds a buffer for each part: up to 36, where WebGPU promises eight for one kernel. */
  override splitRows(value: Value, parts: number, rows: number): Value[] {
    const axis = this.ints([0])
    return Array.from({ length: parts }, (_, part) =>
      super.op('Slice', [value, this.ints([part * rows]), this.ints([(part + 1) * rows]), axis]),
    )
  }

  private sign(x: Value): Value {
    const isNegative = this.op('Less', [x, this.floats(0)])
    const isPositive = this.op('Greater', [x, this.floats(0)])
    const otherwise = this.op('Where', [isPositive, this.floats(1), this.floats(0)])
    return this.op('Where', [isNegative, this.floats(-1), otherwise])
  }

  private selu(x: Value, { alpha, gamma }: Attributes): Value {
    if (alpha === undefined || typeof gamma !== 'number')
      throw new RangeError('Selu is written with alpha and gamma')
    return this.op('Mul', [this.op('Elu', [x], { alpha }), this.floats(gamma)])
  }

  /** Of rows. The largest of each is taken away first, so that no exponential overflows. */
  private logSoftmax(x: Value): Value {
    const axes = this.ints([1])
    const shifted = this.op('Sub', [x, this.op('ReduceMax', [x, axes], { keepdims: 1 })])
    const sum = this.op('ReduceSum', [this.op('Exp', [shifted]), axes], { keepdims: 1 })
    return this.op('Sub', [shifted, this.op('Log', [sum])])
  }
}
