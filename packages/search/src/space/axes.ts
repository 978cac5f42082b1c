import {
  type Axis,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  hyperparametersSchema,
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

/** The point with these values on the axes, completed with the fixed values and the defaults. */
export function completePoint(
  { fixed }: Pick<SweepDefinition, 'fixed'>,
  axes: readonly SampledAxis[],
  values: readonly unknown[],
): Hyperparameters {
  const point = Object.fromEntries(axes.map(({ name }, index) => [name, values[index]]))
  return hyperparametersSchema.parse({ ...fixed, ...point })
}

function toSampledAxis(name: HyperparameterName, axis: Axis): SampledAxis {
  if (!isRange(axis)) return listedAxis(name, axis)
  if (axis.steps !== undefined) return listedAxis(name, listSteps(name, axis))
  if (isWholeNumber(name)) return wholeNumberAxis(name, axis)
  const size = axis.min === axis.max ? 1 : Number.POSITIVE_INFINITY
  return { name, size, valueAt: (share) => continuous(axis, share), nth: () => axis.min }
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
  return {
    name,
    size: max - min + 1,
    valueAt: (share) => Math.min(max, Math.max(min, Math.round(at(share)))),
    nth: (index) => min + index,
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
