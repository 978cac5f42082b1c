import {
  completePoints,
  type Hyperparameters,
  hyperparametersSchema,
  isActive,
  type SweepDefinition,
  satisfiesConstraints,
} from '@sweepd/core'
import { countPoints, listProduct, listSampledAxes, type SampledAxis } from './axes.js'

/** The parts of a definition that say which points there are. */
export type SpaceDefinition = Pick<SweepDefinition, 'space' | 'fixed' | 'when' | 'constraints' | 'points'>

/** A search space as samplers see it: axes, which of them matter, and which points are allowed. */
export interface Space {
  readonly axes: readonly SampledAxis[]
  /** Points by hand, which run first. */
  readonly handPoints: readonly Hyperparameters[]
  /** Whether some axes do not matter in some points. */
  readonly isConditional: boolean
  /** Whether conditions or constraints make fewer points of it than the product of its axes. */
  readonly isReduced: boolean
  /** The point with these values on the axes; what does not matter in it has its default. */
  complete(values: readonly unknown[]): Hyperparameters
  /** For each axis, whether it matters in a complete point. */
  listActive(point: Hyperparameters): boolean[]
  /** Whether a complete point keeps to the constraints. */
  isAllowed(point: Hyperparameters): boolean
}

export function createSpace(definition: SpaceDefinition): Space {
  const { fixed, when, constraints = [] } = definition
  const axes = listSampledAxes(definition)
  const defaults = hyperparametersSchema.parse(fixed)
  const set = (values: readonly unknown[], isSet: (index: number) => boolean): Hyperparameters => {
    const point: Record<string, unknown> = { ...defaults }
    for (const [index, { name }] of axes.entries()) if (isSet(index)) point[name] = values[index]
    return point as Hyperparameters
  }
  const listActive = (point: Hyperparameters): boolean[] =>
    axes.map(({ name }) => when === undefined || isActive(when, name, point))
  return {
    axes,
    handPoints: completePoints(definition),
    isConditional: when !== undefined,
    isReduced: when !== undefined || constraints.length > 0,
    listActive,
    complete(values) {
      const all = set(values, () => true)
      if (when === undefined) return all
      const active = listActive(all)
      return set(values, (index) => active[index] === true)
    },
    isAllowed: (point) => satisfiesConstraints(constraints, point),
  }
}

/** Points of the axes' product that are looked at to count what conditions and constraints leave of it. */
const MAX_COUNTED = 200_000

/**
 * How many points a space has, those by hand included; Infinity if it is continuous. Of a product of more than 200,000
 * points, what conditions and constraints take away is not counted.
 */
export function countSpace(space: Space): number {
  const product = countPoints(space.axes)
  if (product > MAX_COUNTED || (!space.isReduced && space.handPoints.length === 0)) return product
  let count = 0
  const points = new Set(space.handPoints.map((point) => JSON.stringify(point)))
  count += points.size
  for (const point of listPoints(space)) if (!points.has(JSON.stringify(point))) count++
  return count
}

/** Every allowed point of the axes' product once, the last axis varying fastest. */
export function* listPoints(space: Space): Generator<Hyperparameters> {
  const firsts = space.axes.map(({ size, nth }) => (size === 0 ? undefined : JSON.stringify(nth(0))))
  for (const values of listProduct(space.axes)) {
    const point = space.complete(values)
    if (!space.isAllowed(point)) continue
    // The points that differ only where it does not matter are one: the one with the first value there.
    const isFirst = (active: boolean, index: number) =>
      active || JSON.stringify(values[index]) === firsts[index]
    if (!space.isReduced || space.listActive(point).every(isFirst)) yield point
  }
}
