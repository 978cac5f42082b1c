import { z } from 'zod'
import { HYPERPARAMETER_NAMES, type HyperparameterName } from '../hyperparameters/hyperparameters.js'
import { InvalidInputError } from '../problems/errors.js'
import { listProblems } from '../problems/field-problems.js'
import { MAX_CHOICES, valueSchema } from './search-space.js'
import { maxParallelSchema, prioritySchema, trialsSchema } from './sweep-definition.js'

const error = 'say what to change: priority, maxParallel, trials, add, or several of them'

const listSchema = (name: HyperparameterName) =>
  z
    .array(valueSchema(name), { error: `${name} is an array of values to add here` })
    .min(1, { error: 'give at least one value' })
    .max(MAX_CHOICES, { error: `give at most ${MAX_CHOICES} values` })
    .optional()

const addError = 'add names axes, each with an array of values: {"lr": [0.01, 0.1]}'
const addedSchema = z
  .strictObject(
    Object.fromEntries(HYPERPARAMETER_NAMES.map((name) => [name, listSchema(name)])) as Record<
      HyperparameterName,
      ReturnType<typeof listSchema>
    >,
    { error: (issue) => (issue.code === 'invalid_type' ? addError : undefined) },
  )
  .refine((axes) => Object.keys(axes).length > 0, { error: addError })

/** What of a sweep may change after it was created; what is left out stays as it is. */
export const sweepChangesSchema = z
  .strictObject(
    {
      priority: prioritySchema.optional(),
      maxParallel: maxParallelSchema.optional(),
      trials: trialsSchema
        .describe('of its sampler, no fewer than so far; a completed sweep runs again')
        .optional(),
      add: addedSchema
        .describe('values for axes of choices, beside those that they have; only new points are trained')
        .optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? error : undefined) },
  )
  .refine((changes) => Object.keys(changes).length > 0, { error })
  .meta({ id: 'SweepChanges' })

/** What of a sweep may change after it was created. */
export type SweepChanges = z.output<typeof sweepChangesSchema>

/**
 * Untrusted JSON to changes.
 * @throws InvalidInputError naming every offending field.
 */
export function parseSweepChanges(input: unknown): SweepChanges {
  const result = sweepChangesSchema.safeParse(input)
  if (!result.success) throw new InvalidInputError(listProblems(result.error, input, sweepChangesSchema))
  return result.data
}
