import { z } from 'zod'
import { wholeNumberFrom } from '../hyperparameters/numeric-hyperparameters.js'
import { type FieldProblem, InvalidInputError } from '../problems/errors.js'
import { describeIssues, onceEach } from '../problems/field-problems.js'
import { bestFirst, METRIC_NAMES } from '../resources/metrics.js'
import { budgetSchema } from './budget.js'
import { whenSchema } from './conditions.js'
import { constraintsSchema } from './constraints.js'
import { DATASET_NAMES, parseDatasetReference } from './datasets.js'
import {
  listFaultsBetweenFields,
  listMisplacedHyperparameters,
  listOverlongAxes,
} from './definition-checks.js'
import { listPointFaults, pointsSchema } from './points.js'
import { prunerSchema } from './pruner.js'
import { fixedSchema, searchSpaceSchema } from './search-space.js'
import { listWhenFaults } from './when-checks.js'

const MAX_SEED = 2 ** 32 - 1

/** NUL and half surrogate pairs cannot be stored; the other control characters would garble a terminal. */
const UNPRINTABLE = /[\p{Control}\p{Surrogate}]/u

const nameError = 'name is a text of 1 to 200 characters'
const nameSchema = z
  .string({ error: nameError })
  .trim()
  .min(1, { error: nameError })
  .max(200, { error: nameError })
  .refine((name) => !UNPRINTABLE.test(name), { error: 'name is one line of text without control characters' })
  .describe('for people; need not be unique')

const datasetError = `dataset is ${DATASET_NAMES.join(' or ')}, or the name of a data set of yours, such as letters or letters@2`
const datasetSchema = z
  .string({ error: datasetError })
  .refine((text) => parseDatasetReference(text) !== undefined, { error: datasetError })
  .describe(
    `${DATASET_NAMES.join(', ')}, or a data set that was added: letters for its newest version, or letters@2`,
  )

const validationSizeSchema = wholeNumberFrom('validationSize', 1, 100_000_000).describe(
  'validation images that each epoch is scored on; all of them if it is left out. Short trainings spend most ' +
    'of their time on scoring',
)

const metricSchema = z.enum(METRIC_NAMES)
const directionSchema = z.enum(['maximize', 'minimize'])

const objectiveSchema = z
  .codec(
    z.strictObject({ metric: metricSchema.default('val_acc'), direction: directionSchema.optional() }),
    z.strictObject({ metric: metricSchema, direction: directionSchema }),
    {
      decode: ({ metric, direction = bestFirst(metric) === 'desc' ? 'maximize' : 'minimize' }) => ({
        metric,
        direction,
      }),
      encode: (objective) => objective,
    },
  )
  .describe(
    'what the best trial is best at; accuracies are maximized, losses minimized, unless said otherwise',
  )

const MAX_SUGGESTED_TRIALS = 100_000

/** How many trials a sampler may be asked for. */
export const trialsSchema = wholeNumberFrom('trials', 1, MAX_SUGGESTED_TRIALS).describe(
  'points to try; fewer if the space has fewer',
)

const samplerSchema = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('grid') }).describe('every point of the space'),
      z
        .strictObject({ type: z.literal('random'), trials: trialsSchema })
        .describe('points drawn evenly from the space, each on its own'),
      z
        .strictObject({ type: z.literal('sobol'), trials: trialsSchema })
        .describe('points that cover the space evenly from the first one on: random search done right'),
      z
        .strictObject({ type: z.literal('tpe'), trials: trialsSchema })
        .describe(
          'learns where the better tenth of the trials lies; for choices, conditions and many trials',
        ),
      z
        .strictObject({ type: z.literal('gp'), trials: trialsSchema })
        .describe('learns a Gaussian process; for few numeric axes and at most some 250 trials'),
      z
        .strictObject({ type: z.literal('auto').optional().default('auto'), trials: trialsSchema })
        .describe('sobol first, then gp or tpe, whichever suits the space; also if only "trials" is given'),
    ],
    {
      error: ({ input }) =>
        typeof input === 'object' && input !== null
          ? 'the samplers are "grid", "random", "sobol", "tpe", "gp" and "auto"'
          : 'sampler is an object, such as {"type": "grid"} or {"type": "auto", "trials": 50}',
    },
  )
  .describe('which points of the space are tried; all but the grid take "trials"')

/** How urgent a sweep is among others. */
export const prioritySchema = wholeNumberFrom('priority', -100, 100).describe(
  'workers take trials of the running sweep with the highest priority first; may change while it runs',
)

/** How many trials of a sweep may run at once. */
export const maxParallelSchema = wholeNumberFrom('maxParallel', 1, 1_000_000)
  .nullable()
  .describe(
    'so many of its trials run at once, at most; null: as many as there are slots; may change while it runs',
  )

const shareError = 'maxFailureShare is a number from 0 to 1'
const maxFailureShareSchema = z
  .number({ error: shareError })
  .min(0, { error: shareError })
  .max(1, { error: shareError })
  .describe(
    'the sweep pauses when a larger share of its ended trials has failed, judged at each failure once 10 trials ' +
      'have ended, or all of fewer; 0 pauses it at the first failure, 1 never pauses it',
  )

const impossibleSchema = z
  .enum(['refuse', 'skip'], { error: 'impossible is "refuse" or "skip"' })
  .describe(
    'points whose layers shrink below one pixel: refuse the sweep, or leave them out (samplers other than the grid ' +
      'draw another point instead)',
  )

const seedError = `seed is a whole number from 0 to ${MAX_SEED}`

/** What a person sends to `POST /sweeps`, field by field; `parseSweepDefinition` also checks them against each other. */
export const sweepDefinitionSchema = z
  .strictObject(
    {
      name: nameSchema,
      dataset: datasetSchema.default('fashion-mnist'),
      validationSize: validationSizeSchema.optional(),
      sampler: samplerSchema.default({ type: 'grid' }),
      space: searchSpaceSchema,
      fixed: fixedSchema.default({}),
      when: whenSchema.optional(),
      constraints: constraintsSchema.optional(),
      points: pointsSchema.optional(),
      objective: objectiveSchema.default({ metric: 'val_acc', direction: 'maximize' }),
      impossible: impossibleSchema.default('refuse'),
      pruner: prunerSchema.default({ type: 'none' }),
      budget: budgetSchema.default(null),
      seed: z
        .int({ error: seedError })
        .min(0, { error: seedError })
        .max(MAX_SEED, { error: seedError })
        .describe('of weights, shuffling, dropout and the sampler: the same seed gives the same result')
        .default(2019),
      priority: prioritySchema.default(0),
      maxParallel: maxParallelSchema.default(null),
      maxFailureShare: maxFailureShareSchema.default(0.5),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? 'a sweep definition is a JSON object with name and space' : undefined,
    },
  )
  .meta({ id: 'SweepDefinition' })

/** One search, complete: every default filled in. */
export type SweepDefinition = z.output<typeof sweepDefinitionSchema>

/**
 * Untrusted JSON to a definition.
 * @throws InvalidInputError naming every offending field, also those that only clash with another field.
 */
export function parseSweepDefinition(input: unknown): SweepDefinition {
  const overlong = listOverlongAxes(input)
  if (overlong.length > 0) throw new InvalidInputError(overlong)
  const result = sweepDefinitionSchema.safeParse(input)
  const problems = onceEach(describeFaults(input, result))
  if (!result.success || problems.length > 0) throw new InvalidInputError(problems)
  return result.data
}

function* describeFaults(
  input: unknown,
  { error, data }: z.ZodSafeParseResult<SweepDefinition>,
): Generator<FieldProblem> {
  yield* listMisplacedHyperparameters(input)
  if (error !== undefined) yield* describeIssues(error, input, sweepDefinitionSchema)
  yield* listFaultsBetweenFields(input)
  if (data !== undefined) yield* listFaultsOfSearch(data)
}

function* listFaultsOfSearch(definition: SweepDefinition): Generator<FieldProblem> {
  const whenFaults = listWhenFaults(definition.space, definition.when ?? {})
  yield* whenFaults
  // Whether an axis matters in a point is only known if the conditions can be followed.
  if (whenFaults.length === 0) yield* listPointFaults(definition)
}
