import type { HyperparameterName, Hyperparameters } from '../hyperparameters/hyperparameters.js'
import { numericSchemas } from '../hyperparameters/numeric-hyperparameters.js'

/** What constraints may compute with: numbers of a point, and how many layers of each kind it has. */
export const QUANTITIES = [
  ...(Object.keys(numericSchemas) as (keyof typeof numericSchemas)[]),
  'depth',
  'hiddenDepth',
] as const
/** A number that constraints may compute with. */
export type Quantity = (typeof QUANTITIES)[number]

/**
 * The number of this name in a point: of a pair the larger side, of penalties the larger one; `depth` and `hiddenDepth`
 * count convolution and hidden layers. A `trainSize` of null, all images, is infinite; what is no number is NaN.
 */
export function quantityOf(name: Quantity | HyperparameterName, point: Partial<Hyperparameters>): number {
  if (name === 'depth') return point.convLayers?.length ?? Number.NaN
  if (name === 'hiddenDepth') return point.hiddenLayers?.length ?? Number.NaN
  const value: unknown = point[name]
  if (typeof value === 'number') return value
  if (value === null && name === 'trainSize') return Number.POSITIVE_INFINITY
  if (typeof value !== 'object' || value === null) return Number.NaN
  const numbers = Object.values(value).filter((part) => typeof part === 'number')
  return numbers.length === 0 ? Number.NaN : Math.max(...numbers)
}
