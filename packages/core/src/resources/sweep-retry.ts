import { z } from 'zod'
import { sweepSchema } from './sweep.js'

/** What `POST /sweeps/{id}/retry` answers. */
export const sweepRetrySchema = z
  .strictObject({
    retried: z.int().describe('failed trials that begin anew; 0 if none had failed'),
    sweep: sweepSchema,
  })
  .meta({ id: 'SweepRetry' })

/** How many trials of a sweep begin anew, and the sweep after that. */
export type SweepRetry = z.output<typeof sweepRetrySchema>
