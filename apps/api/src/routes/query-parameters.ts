import { z } from 'zod'

const MAX_LIMIT = 500
const LIMIT = `limit is a whole number from 1 to ${MAX_LIMIT}`
const ONCE = 'is one text; give it once'

/** `"50"` is 50 (queries are text); what is not written in digits stays as it is, to be refused. */
const digitsToNumber = (value: unknown) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value

/** Which part of a list is asked for. */
export const pageParameters = {
  limit: z
    .preprocess(digitsToNumber, z.int(LIMIT).min(1, LIMIT).max(MAX_LIMIT, LIMIT))
    .default(50)
    .describe('how many items at most'),
  cursor: z
    .string(ONCE)
    .min(1, 'is empty; leave it out for the first page')
    .max(1000, 'is no cursor that a page gave')
    .regex(/^[\x21-\x7e]+$/, 'is no cursor that a page gave')
    .optional()
    .describe('nextCursor of the page before'),
} as const

/** Conditions on trials; `parseTrialFilter` reads them. */
export const filterParameter = z
  .string('filter is one text; give it once')
  .max(2000, 'filter has at most 2000 characters')
  .optional()
  .describe(
    'conditions that must all be true, separated by spaces: lr<=0.001 optimizer=adam val_acc>0.92 state=completed',
  )

/** A yes or no in a query. */
export const flag = z
  .enum(['true', 'false'], { error: 'is true or false' })
  .transform((value) => value === 'true')
