import { HYPERPARAMETER_NAMES, type HyperparameterName } from '../hyperparameters/hyperparameters.js'
import type { FieldProblem } from '../problems/errors.js'
import { toPointer } from '../problems/field-problems.js'
import type { Conditions, When } from './conditions.js'
import { isRange, type SearchSpace } from './search-space.js'

/** What is wrong with conditional axes whose conditions are each valid by themselves. */
export function listWhenFaults(space: SearchSpace, when: When): FieldProblem[] {
  return HYPERPARAMETER_NAMES.flatMap((name) => {
    const conditions = when[name]
    if (conditions === undefined) return []
    const problem = (path: PropertyKey[], detail: string): FieldProblem => ({
      pointer: toPointer(['when', name, ...path]),
      detail,
    })
    if (space[name] === undefined) return [problem([], `${name} is no axis of the space`)]
    if (listAncestors(when, name).has(name))
      return [problem([], `${name} depends on itself; its conditions may not lead back to it`)]
    return listParents(conditions).flatMap((parent) => {
      if (space[parent] === undefined)
        return [problem([parent], `${parent} is no axis of the space; only axes can decide about ${name}`)]
      return listUnknownValues(space, parent, conditions).map((index) =>
        problem([parent, index], `this is no choice of ${parent} in the space`),
      )
    })
  })
}

const listParents = (conditions: Conditions): HyperparameterName[] =>
  HYPERPARAMETER_NAMES.filter((name) => conditions[name] !== undefined)

function listAncestors(when: When, name: HyperparameterName): Set<HyperparameterName> {
  const ancestors = new Set<HyperparameterName>()
  const pending = [name]
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (const parent of listParents(when[next] ?? {}))
      if (!ancestors.has(parent)) {
        ancestors.add(parent)
        pending.push(parent)
      }
  return ancestors
}

/** Places in a list of values that the parent, an axis of choices, can never have. */
function listUnknownValues(space: SearchSpace, parent: HyperparameterName, conditions: Conditions): number[] {
  const [axis, condition] = [space[parent], conditions[parent]]
  if (axis === undefined || isRange(axis) || !Array.isArray(condition)) return []
  const choices = new Set(axis.map((choice) => JSON.stringify(choice)))
  return [...condition.entries()].flatMap(([index, value]) =>
    choices.has(JSON.stringify(value)) ? [] : [index],
  )
}
