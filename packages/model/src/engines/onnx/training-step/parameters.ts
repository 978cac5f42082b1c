import type { GraphWriter, Value } from '../graph/graph-writer.js'
import { reshape } from '../graph/shapes.js'

/** One weight of the network within a flat vector. */
export interface Slot {
  readonly name: string
  /** As the graph uses it; a convolution's kernel is `[filters, channels × height × width]`. */
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
}

/**
 * Many tensors as one flat vector, so that an optimizer is a dozen operators and a checkpoint is a buffer.
 */
export class FlatLayout {
  readonly slots: Slot[] = []
  private total = 0

  /** Entries in all. */
  get size(): number {
    return this.total
  }

  add(name: string, shape: readonly number[]): Slot {
    const slot = { name, shape, offset: this.total, size: shape.reduce((product, side) => product * side, 1) }
    this.slots.push(slot)
    this.total += slot.size
    return slot
  }

  /** Cuts the vector into its tensors. `Slice`, not `Split`: WebGPU allows few buffers in one kernel. */
  unpack(graph: GraphWriter, vector: Value): Map<string, Value> {
    return new Map(
      this.slots.map(({ name, shape, offset, size }) => {
        const part = graph.op('Slice', [
          vector,
          graph.ints([offset]),
          graph.ints([offset + size]),
          graph.ints([0]),
        ])
        return [name, reshape(graph, part, shape)]
      }),
    )
  }

  /** Joins one tensor per slot into a vector. */
  pack(graph: GraphWriter, tensors: ReadonlyMap<string, Value>): Value {
    const parts = this.slots.map(({ name, size }) => reshape(graph, getTensor(tensors, name), [size]))
    return graph.op('Concat', parts, { axis: 0 })
  }
}

export function getTensor(tensors: ReadonlyMap<string, Value>, name: string): Value {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new Error(`the graph has no tensor ${name}`)
  return tensor
}
