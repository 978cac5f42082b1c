import type { Hyperparameters, SweepDefinition } from '@sweepd/core'
import { completePoint, listProduct, listSampledAxes } from '../space/axes.js'

/**
 * Every point of the grid once, completed with the fixed values and the defaults. Axes are taken in the order of
 * HYPERPARAMETER_NAMES, however the space was written down, the last one varying fastest. Every range has steps, or
 * holds whole numbers.
 */
export function* suggestGrid(
  definition: Pick<SweepDefinition, 'space' | 'fixed'>,
): Generator<Hyperparameters> {
  const axes = listSampledAxes(definition)
  for (const values of listProduct(axes)) yield completePoint(definition, axes, values)
}
