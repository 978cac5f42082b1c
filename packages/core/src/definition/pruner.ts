import { z } from 'zod'
import { wholeNumberFrom } from '../hyperparameters/numeric-hyperparameters.js'

const MOST_EPOCHS = 10_000

const warmupSchema = wholeNumberFrom('warmup', 0, MOST_EPOCHS)
  .nullable()
  .default(null)
  .describe('epochs that each trial trains before it may be pruned; null: 15 % of its epochs, at least 2')

const startupSchema = wholeNumberFrom('startup', 1, MOST_EPOCHS)
  .default(5)
  .describe('other trials that must have reached the same epoch before one is pruned')

const keepError = 'keep is a number above 0 and below 1, such as 0.75'
const keepSchema = z
  .number({ error: keepError })
  .gt(0, { error: keepError })
  .lt(1, { error: keepError })
  .default(0.75)
  .describe('share of the trials that go on')

const deltaError = 'minDelta is a number from 0 on'
const valueError = 'value is a number: what the objective must reach'

/** What stops unpromising trials, decided as each epoch is stored. */
export const prunerSchema = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('none') }).describe('every trial trains to its end'),
      z
        .strictObject({
          type: z.literal('percentile'),
          keep: keepSchema,
          warmup: warmupSchema,
          startup: startupSchema,
        })
        .describe(
          'stops a trial whose best epoch is worse than the better share of the others at the same epoch',
        ),
      z
        .strictObject({ type: z.literal('median'), warmup: warmupSchema, startup: startupSchema })
        .describe('percentile with keep 0.5'),
      z
        .strictObject({
          type: z.literal('asha'),
          eta: wholeNumberFrom('eta', 2, 100)
            .default(2)
            .describe('one of so many trials goes on at each rung'),
          min: wholeNumberFrom('min', 1, MOST_EPOCHS)
            .default(1)
            .describe('epochs to the first rung; each further one is at eta times as many'),
        })
        .describe(
          'successive halving without waiting: at each rung a trial is held with its checkpoint, until it is among ' +
            'the best of those that reached the rung or can no longer be',
        ),
      z
        .strictObject({
          type: z.literal('iEpoch'),
          epochs: wholeNumberFrom('epochs', 1, MOST_EPOCHS)
            .default(1)
            .describe('epochs that every trial trains'),
          finish: wholeNumberFrom('finish', 1, 100_000)
            .default(3)
            .describe('so many of the best train to their end'),
        })
        .describe('trains every trial for a few epochs, and the best of all to their end'),
      z
        .strictObject({
          type: z.literal('patience'),
          epochs: wholeNumberFrom('epochs', 1, MOST_EPOCHS)
            .default(3)
            .describe('epochs in a row without a better one'),
          minDelta: z
            .number({ error: deltaError })
            .min(0, { error: deltaError })
            .default(0)
            .describe('a smaller improvement counts as none'),
        })
        .describe('stops a trial that no longer improves'),
      z
        .strictObject({
          type: z.literal('threshold'),
          value: z.number({ error: valueError }).describe('what the best epoch so far must have reached'),
          warmup: wholeNumberFrom('warmup', 0, MOST_EPOCHS)
            .default(1)
            .describe('epochs that each trial trains before it is judged'),
        })
        .describe('stops a trial whose objective has not reached a value by then'),
    ],
    {
      error: ({ input }) =>
        typeof input === 'object' && input !== null
          ? 'the pruners are "none", "percentile", "median", "asha", "iEpoch", "patience" and "threshold"'
          : 'pruner is an object, such as {"type": "none"} or {"type": "percentile", "keep": 0.75}',
    },
  )
  .describe('what stops unpromising trials, decided as each epoch is stored; it judges by the objective')
  .meta({ id: 'Pruner' })

/** What stops unpromising trials. */
export type Pruner = z.output<typeof prunerSchema>
