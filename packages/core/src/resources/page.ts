import { z } from 'zod'
import { sweepSchema } from './sweep.js'
import { trialSchema } from './trial.js'

/** A part of a list; `nextCursor` asks for what follows, null at the end. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

const pageSchema = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('give it as cursor= for what follows; null at the end'),
  })

/** A page of sweeps. */
export const sweepPageSchema = pageSchema(sweepSchema).meta({ id: 'SweepPage' })
/** A page of trials. */
export const trialPageSchema = pageSchema(trialSchema).meta({ id: 'TrialPage' })
