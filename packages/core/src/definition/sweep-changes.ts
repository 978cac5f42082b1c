import { z } from 'zod'
import { InvalidInputError } from '../problems/errors.js'
import { listProblems } from '../problems/field-problems.js'
import { maxParallelSchema, prioritySchema } from './sweep-definition.js'

const error = 'say what to change: priority, maxParallel, or both'

/** What of a sweep may change after it was created; what is left out stays as it is. */
export const sweepChangesSchema = z
  .strictObject(
    { priority: prioritySchema.optional(), maxParallel: maxParallelSchema.optional() },
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
