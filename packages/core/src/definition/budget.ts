import { z } from 'zod'
import { wholeNumberFrom } from '../hyperparameters/numeric-hyperparameters.js'

const secondsError = 'seconds is a number above 0'
const targetError = 'target is a number: the value of the objective at which the sweep has found enough'
const emptyError = 'budget names seconds, epochs, target, or several of them; leave it out for none'

/** When a sweep has done enough, beside the trials of its sampler. */
export const budgetSchema = z
  .strictObject({
    seconds: z
      .number({ error: secondsError })
      .positive({ error: secondsError })
      .optional()
      .describe('after the sweep was created; a trial that would probably end later is not begun'),
    epochs: wholeNumberFrom('epochs', 1, 1_000_000_000)
      .optional()
      .describe('of all trials together; a trial that would train more is not begun'),
    target: z
      .number({ error: targetError })
      .optional()
      .describe('value of the objective; once a trial has completed with it, no more are begun'),
  })
  .refine((budget) => Object.keys(budget).length > 0, { error: emptyError })
  .nullable()
  .describe(
    'when the sweep has done enough, beside the trials of its sampler; trials that run then still end',
  )
  .meta({ id: 'Budget' })

/** When a sweep has done enough. */
export type Budget = NonNullable<z.output<typeof budgetSchema>>
