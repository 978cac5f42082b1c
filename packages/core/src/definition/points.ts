import { z } from 'zod'
import {
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  hyperparametersSchema,
} from '../hyperparameters/hyperparameters.js'
import { isWholeNumber } from '../hyperparameters/numeric-hyperparameters.js'
import type { FieldProblem } from '../problems/errors.js'
import { toPointer } from '../problems/field-problems.js'
import { isActive, type When } from './conditions.js'
import { type Constraint, satisfiesConstraints } from './constraints.js'
import { type Axis, fixedSchema, isRange, type SearchSpace } from './search-space.js'

const MAX_POINTS = 1000

/** Points that a person wants to see tried first. */
export const pointsSchema = z
  .array(fixedSchema, { error: 'points is an array of objects: a value for each axis of the space' })
  .max(MAX_POINTS, { error: `give at most ${MAX_POINTS} points` })
  .describe('points of the space that are tried first, in this order, each with a value for each axis')

interface Search {
  readonly space: SearchSpace
  readonly fixed: z.output<typeof fixedSchema>
  readonly points?: z.output<typeof pointsSchema> | undefined
  readonly when?: When | undefined
  readonly constraints?: readonly Constraint[] | undefined
}

/** The points by hand, completed with the fixed values and the defaults. */
export const completePoints = ({ fixed, points = [] }: Pick<Search, 'fixed' | 'points'>): Hyperparameters[] =>
  points.map((point) => hyperparametersSchema.parse({ ...fixed, ...point }))

/** What is wrong with points by hand whose values are each valid by themselves. */
export function listPointFaults(search: Search): FieldProblem[] {
  const { space, when = {}, constraints = [], points = [] } = search
  const seen = new Set<string>()
  return completePoints(search).flatMap((complete, index) => {
    const point = points[index] ?? {}
    const problem = (path: PropertyKey[], detail: string): FieldProblem[] => [
      { pointer: toPointer(['points', index, ...path]), detail },
    ]
    const faults = HYPERPARAMETER_NAMES.flatMap((name) => {
      const detail = describeFault(name, space[name], point, isActive(when, name, complete))
      return detail === undefined ? [] : problem([name], detail)
    })
    if (faults.length > 0) return faults
    if (!satisfiesConstraints(constraints, complete)) return problem([], 'this point breaks the constraints')
    const key = JSON.stringify(complete)
    if (seen.has(key)) return problem([], 'this point stands here twice; list each once')
    seen.add(key)
    return []
  })
}

function describeFault(
  name: HyperparameterName,
  axis: Axis | undefined,
  point: Search['fixed'],
  active: boolean,
): string | undefined {
  const value: unknown = point[name]
  if (axis === undefined)
    return value === undefined ? undefined : `${name} is no axis of the space: it belongs in "fixed"`
  if (!active)
    return value === undefined
      ? undefined
      : `"when" says that ${name} does not matter in this point: leave it out`
  if (value === undefined) return `give a value for ${name}, an axis of the space`
  return describeOutside(name, axis, value)
}

function describeOutside(name: HyperparameterName, axis: Axis, value: unknown): string | undefined {
  if (!isRange(axis)) {
    const text = JSON.stringify(value)
    return axis.some((choice) => JSON.stringify(choice) === text)
      ? undefined
      : `${name} is one of the choices of the space`
  }
  const { min, max } = axis
  const isInside = typeof value === 'number' && value >= min && value <= max
  if (isInside && (!isWholeNumber(name) || Number.isInteger(value))) return undefined
  return `${name} is within the range of the space, from ${min} to ${max}`
}
