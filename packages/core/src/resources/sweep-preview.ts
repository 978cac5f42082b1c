import { z } from 'zod'
import { sweepDefinitionSchema } from '../definition/sweep-definition.js'

/** What `POST /sweeps?dryRun=true` answers. */
export const sweepPreviewSchema = z
  .strictObject({
    dryRun: z.literal(true),
    trials: z.int().describe('how many trials the sweep would have'),
    epochs: z.int().describe('how many epochs they would train at most, all together'),
    definition: sweepDefinitionSchema.describe('the definition with every default filled in'),
  })
  .meta({ id: 'SweepPreview' })

/** What `POST /sweeps?dryRun=true` answers: nothing is stored. */
export type SweepPreview = z.output<typeof sweepPreviewSchema>
