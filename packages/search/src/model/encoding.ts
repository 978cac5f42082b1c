import type { Hyperparameters } from '@sweepd/core'
import type { SampledAxis } from '../space/axes.js'
import type { Space } from '../space/space.js'
import type { ModelAxis, ModelSpace, Row } from './model-space.js'

/** Translates between points of a sweep's space and rows of numbers. */
export interface Encoding {
  readonly model: ModelSpace
  toRow(point: Hyperparameters): Row
  toPoint(row: Row): Hyperparameters
}

interface EncodedAxis {
  readonly model: ModelAxis
  encode(value: unknown): number
  decode(coordinate: number): unknown
}

export function createEncoding(space: Space): Encoding {
  const axes = space.axes.map(encodeAxis)
  const decode = (row: Row): unknown[] => axes.map((axis, index) => axis.decode(row[index] ?? 0))
  const toPoint = (row: Row) => space.complete(decode(row))
  return {
    model: {
      axes: axes.map(({ model }) => model),
      listActive: space.isConditional ? (row) => space.listActive(toPoint(row)) : undefined,
    },
    toPoint,
    toRow(point) {
      const active = space.isConditional ? space.listActive(point) : undefined
      return Float64Array.from(axes, (axis, index) =>
        active?.[index] === false ? Number.NaN : axis.encode(point[(space.axes[index] as SampledAxis).name]),
      )
    },
  }
}

function encodeAxis(axis: SampledAxis): EncodedAxis {
  if (axis.scale !== undefined) return scaledAxis(axis, axis.scale)
  const values = Array.from({ length: axis.size }, (_, index) => axis.nth(index))
  return values.length > 1 && values.every((value) => typeof value === 'number')
    ? orderedAxis(values)
    : choiceAxis(values)
}

/** A range whose shares are those that the other samplers draw. */
function scaledAxis(
  { size, valueAt }: SampledAxis,
  { shareOf, cellAt }: NonNullable<SampledAxis['scale']>,
): EncodedAxis {
  return {
    model: { kind: 'numeric', levels: size, cellAt },
    encode: (value) => shareOf(Number(value)),
    decode: (share) => valueAt(Math.min(share, 1)),
  }
}

/** Numbers in their order, evenly spaced whatever their distances: who lists 16, 32, 64 means equal steps. */
function orderedAxis(values: readonly number[]): EncodedAxis {
  const sorted = values.toSorted((a, b) => a - b)
  const count = sorted.length
  const indexAt = (share: number) => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
  return {
    model: {
      kind: 'numeric',
      levels: count,
      cellAt: (share) => [indexAt(share) / count, (indexAt(share) + 1) / count],
    },
    encode(value) {
      const above = sorted.findIndex((number) => number >= Number(value))
      // A point by hand may lie between two steps of a range: it is taken for the nearer one.
      const index = above === -1 ? count - 1 : nearer(sorted, above, Number(value))
      return (index + 0.5) / count
    },
    decode: (share) => sorted[indexAt(share)],
  }
}

function nearer(sorted: readonly number[], above: number, value: number): number {
  const [low, high] = [sorted[above - 1], sorted[above]]
  return low !== undefined && high !== undefined && value - low < high - value ? above - 1 : above
}

function choiceAxis(values: readonly unknown[]): EncodedAxis {
  const indices = new Map(values.map((value, index) => [keyOf(value), index]))
  return {
    model: { kind: 'choice', levels: values.length },
    encode: (value) => indices.get(keyOf(value)) ?? 0,
    decode: (index) => values[Number.isNaN(index) ? 0 : index],
  }
}

const keyOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value
