import { beforeAll, describe, expect, it } from 'vitest'
import { type Attribute, GraphWriter, type Value } from '../src/engines/onnx/graph/graph-writer.js'
import * as ort from '../src/engines/onnx/runtime/onnxruntime.js'
import { planInference, planTraining, writeGraph } from '../src/engines/onnx/training-step/graph-plan.js'
import { prepareTensors, readNetwork } from '../src/index.js'
import { buildDisturbed, type Case } from './reference.js'

beforeAll(prepareTensors)

/** Operators whose outputs are not float32. */
const OTHER_TYPES = ['Equal', 'Greater', 'Less', 'ArgMax']

/** Makes every float tensor of the graph an output as well. */
class OpenWriter extends GraphWriter {
  readonly known: Value[] = []
  private readonly taken = new Set<Value>()

  override ops(
    type: string,
    operands: readonly (Value | undefined)[],
    attributes: Record<string, Attribute>,
    count: number,
  ): Value[] {
    const outputs = super.ops(type, operands, attributes, count)
    if (!OTHER_TYPES.includes(type)) this.known.push(...outputs)
    return outputs
  }

  override output(...[name, value, type, shape]: Parameters<GraphWriter['output']>): void {
    this.taken.add(value)
    super.output(name, value, type, shape)
  }

  override encode(): Uint8Array {
    for (const value of this.known) {
      const shape = this.shapeOf(value)
      if (shape === undefined) throw new Error(`the shape of ${value} is unknown`)
      if (!this.taken.has(value)) super.output(`open ${value}`, value, 'float32', shape)
    }
    return super.encode()
  }
}

const NETWORKS: Readonly<Record<string, Case>> = {
  'with batch normalisation and Winograd': { bn: true, convLayers: [9, 4], zeroPadding: true, dropout: 0.3 },
  'with a stride and penalties': { stride: 2, reg: 0.1, convLayers: [3], activations: ['gelu', 'selu'] },
  'with many taps': { kernel: 8, convLayers: [2, 3], zeroPadding: true, inputShape: [25, 24, 2] },
}

describe('shapes that the writer infers are those that ONNX Runtime computes', () => {
  for (const [title, options] of Object.entries(NETWORKS))
    for (const kind of ['training', 'inference'] as const)
      it(`${kind} ${title}`, async () => {
        const network = readNetwork(buildDisturbed(options))
        const step = { batch: 3, optimizer: 'adam', loss: 'binaryCrossentropy' } as const
        const plan =
          kind === 'training'
            ? planTraining({ ...step, network, isRepeated: false, isResident: false })
            : planInference(network, 3, false)
        const graph = new OpenWriter()
        const session = await ort.InferenceSession.create(writeGraph(plan, graph))
        const feeds = graph.inputs.map(({ name, type, shape }) => {
          const sides = shape.map(Number)
          const size = sides.reduce((product, side) => product * side, 1)
          const data = type === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
          return [name, new ort.Tensor(type, data, sides)] as const
        })
        const results = await session.run(Object.fromEntries(feeds))
        for (const { name, shape } of graph.outputs) expect(results[name]?.dims, name).toEqual(shape)
        expect(graph.outputs.length).toBeGreaterThan(20)
        await session.release()
      })
})

describe('operands that do not fit are refused where they are written', () => {
  const graph = new GraphWriter()
  const matrix = graph.input('matrix', 'float32', [3, 4])
  it.each<[string, () => unknown]>([
    ['MatMul', () => graph.op('MatMul', [matrix, matrix])],
    ['Gemm', () => graph.op('Gemm', [matrix, matrix])],
    ['Add', () => graph.op('Add', [matrix, graph.floats([1, 2, 3])])],
    ['Reshape', () => graph.op('Reshape', [matrix, graph.ints([5, 2])])],
    ['Slice', () => graph.op('Slice', [matrix, graph.ints([0]), graph.ints([4]), graph.ints([0])])],
    ['Concat', () => graph.op('Concat', [matrix, graph.floats(0, [1, 1])], { axis: 0 })],
    ['Split', () => graph.splitRows(matrix, 2, 2)],
    ['Pad', () => graph.op('Pad', [matrix, graph.ints([0, 1])])],
    ['Transpose', () => graph.op('Transpose', [matrix], { perm: [0] })],
  ])('%s', (type, write) => {
    expect(write).toThrow(RangeError)
    expect(write).toThrow(`the operands of ${type}, [3, 4]`)
  })

  it('an output of another shape', () => {
    expect(() => graph.output('sum', graph.op('Add', [matrix, matrix]), 'float32', [4, 3])).toThrow(
      'output sum is [3, 4], not [4, 3]',
    )
  })
})
