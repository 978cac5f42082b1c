import { z } from 'zod'
import {
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
} from '../hyperparameters/hyperparameters.js'
import { numericSchemas } from '../hyperparameters/numeric-hyperparameters.js'
import { quantityOf } from './quantities.js'
import { MAX_CHOICES, valueSchema } from './search-space.js'

const boundsError = 'bounds are {"min": number}, {"max": number}, or both'
const boundsSchema = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() }, { error: boundsError })
  .refine(({ min, max }) => min !== undefined || max !== undefined, { error: boundsError })

function conditionSchema(name: HyperparameterName): z.ZodType<Condition> {
  const error = `${name} is an array of the values that it may have${isNumeric(name) ? ', or bounds {"min", "max"}' : ''}`
  const values = z
    .array(valueSchema(name), { error })
    .min(1, { error: 'give at least one value' })
    .max(MAX_CHOICES, { error: `give at most ${MAX_CHOICES} values` })
  return isNumeric(name) ? z.union([values, boundsSchema], { error }) : values
}

const isNumeric = (name: string): boolean => Object.hasOwn(numericSchemas, name)

/** What one hyperparameter has to be: one of these values, or a number within these bounds. */
export type Condition = readonly unknown[] | z.output<typeof boundsSchema>

/** What some hyperparameters have to be, all of them at once. */
export const conditionsSchema = z
  .strictObject(
    Object.fromEntries(
      HYPERPARAMETER_NAMES.map((name) => [name, conditionSchema(name).optional()]),
    ) as Record<HyperparameterName, z.ZodOptional<z.ZodType<Condition>>>,
  )
  .refine((conditions) => Object.keys(conditions).length > 0, { error: 'name at least one hyperparameter' })
  .meta({
    id: 'Conditions',
    description: 'what hyperparameters have to be: an array lists values, {"min", "max"} bounds numbers',
  })
/** What some hyperparameters have to be, all of them at once. */
export type Conditions = z.output<typeof conditionsSchema>

/** For each axis that does not always matter, when it does. */
export const whenSchema = z
  .strictObject(
    Object.fromEntries(HYPERPARAMETER_NAMES.map((name) => [name, conditionsSchema.optional()])) as Record<
      HyperparameterName,
      z.ZodOptional<typeof conditionsSchema>
    >,
  )
  .describe(
    'axes of the space that only matter if others have certain values, such as {"lrDecay": {"optimizer": ["sgd"]}}; ' +
      'in other points they have their default',
  )
/** For each axis that does not always matter, when it does. */
export type When = z.output<typeof whenSchema>

/** Whether all of the conditions hold for a point. */
export const meetsConditions = (conditions: Conditions, point: Partial<Hyperparameters>): boolean =>
  HYPERPARAMETER_NAMES.every((name) => {
    const condition = conditions[name]
    return condition === undefined || meets(condition, name, point)
  })

/**
 * Whether an axis matters in a point: its conditions hold, and the axes that they name matter too. The point has a value
 * for each of them.
 */
export function isActive(when: When, name: HyperparameterName, point: Partial<Hyperparameters>): boolean {
  const conditions = when[name]
  if (conditions === undefined) return true
  const parents = HYPERPARAMETER_NAMES.filter((parent) => conditions[parent] !== undefined)
  return parents.every((parent) => isActive(when, parent, point)) && meetsConditions(conditions, point)
}

function meets(condition: Condition, name: HyperparameterName, point: Partial<Hyperparameters>): boolean {
  if (!isBounds(condition)) {
    const value = JSON.stringify(point[name])
    return condition.some((allowed) => JSON.stringify(allowed) === value)
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition
  const quantity = quantityOf(name, point)
  return quantity >= min && quantity <= max
}

const isBounds = (condition: Condition): condition is z.output<typeof boundsSchema> =>
  !Array.isArray(condition)
