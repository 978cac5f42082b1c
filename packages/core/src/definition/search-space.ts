import { z } from 'zod'
import {
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  hyperparameterSchemas,
} from '../hyperparameters/hyperparameters.js'
import { type NumericHyperparameterName, numericSchemas } from '../hyperparameters/numeric-hyperparameters.js'

/** Choices of one axis at most. */
export const MAX_CHOICES = 10_000
const MAX_STEPS = 10_000

/** A value of this hyperparameter without its default, so that a missing one is a fault. */
export const valueSchema = (name: HyperparameterName): z.ZodType<unknown> =>
  hyperparameterSchemas[name].unwrap()

const stepsError = `steps is a whole number from 1 to ${MAX_STEPS}`

const rangeSchema = (name: NumericHyperparameterName) =>
  z.strictObject({
    min: numericSchemas[name],
    max: numericSchemas[name],
    scale: z.enum(['linear', 'log']).default('linear'),
    steps: z
      .int({ error: stepsError })
      .min(1, { error: stepsError })
      .max(MAX_STEPS, { error: stepsError })
      .optional()
      .describe(
        'equally spaced values of the range, both ends included; the grid sampler needs it, others may leave it out',
      ),
  })

/** Numbers from `min` to `max`; `steps` of them make an axis of a grid. */
export type Range = z.output<ReturnType<typeof rangeSchema>>

const choicesSchema = (name: HyperparameterName, error: string) =>
  z
    .array(valueSchema(name), { error })
    .min(1, { error: 'give at least one choice' })
    .max(MAX_CHOICES, { error: `give at most ${MAX_CHOICES} choices` })

const isNumeric = (name: HyperparameterName): name is NumericHyperparameterName =>
  Object.hasOwn(numericSchemas, name)

function axisSchema(name: HyperparameterName): z.ZodType<Axis> {
  const description = valueSchema(name).description ?? name
  if (!isNumeric(name)) {
    const error = `${name} is an array of choices here; a single value belongs in "fixed"`
    return choicesSchema(name, error).describe(description)
  }
  const error =
    `${name} is an array of choices or a range {"min", "max", "scale", "steps"} here; ` +
    'a single value belongs in "fixed"'
  return z.union([choicesSchema(name, error), rangeSchema(name)], { error }).describe(description)
}

/** What one hyperparameter varies over: choices, or a range. */
export type Axis = readonly unknown[] | Range
/** Whether the axis is a range; otherwise it is an array of choices. */
export const isRange = (axis: Axis): axis is Range => !Array.isArray(axis)

const byName = <T extends z.ZodType>(make: (name: HyperparameterName) => T) =>
  z.strictObject(
    Object.fromEntries(HYPERPARAMETER_NAMES.map((name) => [name, make(name).optional()])) as Record<
      HyperparameterName,
      z.ZodOptional<T>
    >,
  )

/** The axes that vary, by name. */
export const searchSpaceSchema = byName<z.ZodType<Axis>>(axisSchema).meta({
  id: 'SearchSpace',
  description: 'what varies: an array is choices, an object is a range',
})
/** The hyperparameters that stay the same in every trial. */
export const fixedSchema = byName(valueSchema).meta({
  id: 'FixedHyperparameters',
  description: 'what stays the same in every trial; what stands nowhere has its default',
})

/** The axes that vary, by name. */
export type SearchSpace = z.output<typeof searchSpaceSchema>
