import {
  type Axis,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  isRange,
  isWholeNumber,
  type Range,
  type SweepDefinition,
} from '@sweepd/core'
import { listSteps } from './steps.js'

/** One axis of a search space as a sampler sees it: a share of its length in, a value out. */
export interface SampledAxis {
  readonly name: HyperparameterName
  /** How many values it has; Infinity for a range without steps of a hyperparameter that is not a whole number. */
  readonly size: number
  /** The value at a share from 0 to below 1 of the axis, by its scale. */
  valueAt(share: number): unknown
  /** Value `index` of an axis of finite size, from 0. */
  nth(index: number): unknown
  /** The other way round, for ranges without steps. */
  readonly scale?: AxisScale | undefined
}

/** Where numbers lie on an axis. */
interface AxisScale {
  /** The share of the axis at which a number lies, from 0 to 1: of a whole number the middle of its cell. */
  shareOf(value: number): number
  /** The shares that have the same value as this one; of a continuous axis only itself. */
  cellAt(share: number): readonly [low: number, high: number]
}

/** The axes of a definition's space in the order of HYPERPARAMETER_NAMES, however it was written down. */
export function listSampledAxes({ space }: Pick<SweepDefinition, 'space'>): SampledAxis[] {
  return HYPERPARAMETER_NAMES.flatMap((name): SampledAxis[] => {
    const axis: Axis | undefined = space[name]
    return axis === undefined ? [] : [toSampledAxis(name, axis)]
  })
}

/** How many points these axes span; Infinity if one of them is continuous. */
export const countPoints = (axes: readonly SampledAxis[]): number =>
  axes.reduce((count, { size }) => count * size, 1)

/** The values of every point of finitely many, the last axis varying fastest. */
export function* listProduct([axis, ...others]: readonly SampledAxis[]): Generator<readonly unknown[]> {
  if (axis === undefined) {
    yield []
    return
  }
  for (let index = 0; index < axis.size; index++)
    for (const rest of listProduct(others)) yield [axis.nth(index), ...rest]
}

function toSampledAxis(name: HyperparameterName, axis: Axis): SampledAxis {
  if (!isRange(axis)) return listedAxis(name, axis)
  if (axis.steps !== undefined) return listedAxis(name, listSteps(name, axis))
  if (isWholeNumber(name)) return wholeNumberAxis(name, axis)
  return continuousAxis(name, axis)
}

function listedAxis(name: HyperparameterName, values: readonly unknown[]): SampledAxis {
  return {
    name,
    size: values.length,
    valueAt: (share) => values[Math.floor(share * values.length)],
    nth: (index) => values[index],
  }
}

/** On a log scale each whole number owns the logarithms from half below to half above it. */
function wholeNumberAxis(name: HyperparameterName, { min, max, scale }: Range): SampledAxis {
  const [low, high] = [min - 0.5, max + 0.5]
  const at = (share: number): number =>
    scale === 'log' ? low * Math.exp(Math.log(high / low) * share) : low + (high - low) * share
  const edgeAt = (edge: number): number =>
    scale === 'log' ? Math.log(edge / low) / Math.log(high / low) : (edge - low) / (high - low)
  const valueAt = (share: number) => Math.min(max, Math.max(min, Math.round(at(share))))
  const cellOf = (value: number) => [edgeAt(value - 0.5), edgeAt(value + 0.5)] as const
  return {
    name,
    size: max - min + 1,
    valueAt,
    nth: (index) => min + index,
    scale: {
      shareOf: (value) => cellOf(value).reduce((a, b) => (a + b) / 2),
      cellAt: (share) => cellOf(valueAt(share)),
    },
  }
}

function continuousAxis(name: HyperparameterName, range: Range): SampledAxis {
  const { min, max, scale } = range
  const [low, high] = scale === 'log' ? [Math.log(min), Math.log(max)] : [min, max]
  const place = (value: number) => (scale === 'log' ? Math.log(value) : value)
  return {
    name,
    size: min === max ? 1 : Number.POSITIVE_INFINITY,
    valueAt: (share) => continuous(range, share),
    nth: () => min,
    scale: {
      shareOf: (value) => (min === max ? 0.5 : Math.min(1, Math.max(0, (place(value) - low) / (high - low)))),
      cellAt: (share) => (min === max ? [0, 1] : [share, share]),
    },
  }
}

/**
 * Six digits, and more in a range so narrow that they would merge its numbers: nobody reads lr 0.0012340918273645. A
 * range without width is its one number.
 */
function continuous({ min, max, scale }: Range, share: number): number {
  const exact =
    scale === 'log'
      ? Math.exp(Math.log(min) + (Math.log(max) - Math.log(min)) * share)
      : min + (max - min) * share
  const more = min === max ? 0 : Math.round(Math.log10(max / (max - min)))
  return Math.min(max, Math.max(min, Number(exact.toPrecision(Math.min(17, 6 + Math.max(0, more))))))
}
