import { z } from 'zod'
import { sweepDefinitionSchema } from './sweep-definition.js'
import { trialSchema } from './trial.js'
import { SWEEP_STATES, TRIAL_STATES, type TrialState } from './trial-state.js'

const trialCountsSchema = z
  .strictObject({
    total: z.int(),
    ...(Object.fromEntries(TRIAL_STATES.map((state) => [state, z.int()])) as Record<TrialState, z.ZodInt>),
  })
  .meta({ id: 'TrialCounts' })
/** How many trials of a sweep are in each state. */
export type TrialCounts = z.output<typeof trialCountsSchema>

/** A sweep as the API shows it: its definition, its state, and how far it is. */
export const sweepSchema = z
  .strictObject({
    id: z.uuid(),
    ...sweepDefinitionSchema.shape,
    state: z.enum(SWEEP_STATES),
    trialCounts: trialCountsSchema,
    progress: z
      .number()
      .min(0)
      .max(1)
      .describe('share of the planned epochs that are done; ended trials count whole'),
    etaMs: z
      .number()
      .nullable()
      .describe('estimated milliseconds until the last trial ends; null while unknown'),
    bestTrial: trialSchema.nullable().describe('by the objective, of those with that metric'),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Sweep' })

/** One search: its definition, its state, and how far its trials are. */
export type Sweep = z.output<typeof sweepSchema>
