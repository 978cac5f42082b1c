import {
  type Axis,
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  hyperparametersSchema,
  isRange,
  type SweepDefinition,
} from '@sweepd/core'
import { listSteps } from './steps.js'

/** How many points the grid of this definition has, without making them. */
export function countGrid(definition: Pick<SweepDefinition, 'space'>): number {
  return listAxes(definition).reduce((count, [, values]) => count * values.length, 1)
}

/**
 * Every point of the grid once, completed with the fixed values and the defaults. Axes are taken in the order of
 * HYPERPARAMETER_NAMES, however the space was written down, the last one varying fastest.
 */
export function* suggestGrid(
  definition: Pick<SweepDefinition, 'space' | 'fixed'>,
): Generator<Hyperparameters> {
  for (const point of product(listAxes(definition)))
    yield hyperparametersSchema.parse({ ...definition.fixed, ...point })
}

type AxisValues = readonly [name: HyperparameterName, values: readonly unknown[]]

function listAxes({ space }: Pick<SweepDefinition, 'space'>): AxisValues[] {
  return HYPERPARAMETER_NAMES.flatMap((name): AxisValues[] => {
    const axis: Axis | undefined = space[name]
    return axis === undefined ? [] : [[name, isRange(axis) ? listSteps(name, axis) : axis]]
  })
}

function* product([first, ...rest]: readonly AxisValues[]): Generator<Record<string, unknown>> {
  if (first === undefined) {
    yield {}
    return
  }
  const [name, values] = first
  for (const value of values) for (const point of product(rest)) yield { [name]: value, ...point }
}
