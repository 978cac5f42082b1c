import { z } from 'zod'
import { sweepDefinitionSchema } from '../definition/sweep-definition.js'
import { impossiblePointSchema } from '../problems/problem-details.js'
import { datasetDigestSchema } from './dataset.js'
import { SWEEP_STATES, TRIAL_STATES, type TrialState } from './states.js'
import { trialSchema } from './trial.js'

const trialCountsSchema = z
  .strictObject({
    total: z.int(),
    ...(Object.fromEntries(TRIAL_STATES.map((state) => [state, z.int()])) as Record<TrialState, z.ZodInt>),
  })
  .meta({ id: 'TrialCounts' })
/** How many trials of a sweep are in each state. */
export type TrialCounts = z.output<typeof trialCountsSchema>

/** Why a trial was attempted once more: how its attempt before ended, or that a person had it begin anew. */
export const REPEAT_REASONS = ['failed', 'expired', 'released', 'paused', 'held', 'retried'] as const
/** Why a trial was attempted once more. */
export type RepeatReason = (typeof REPEAT_REASONS)[number]

const accountingSchema = z
  .strictObject({
    planned: z
      .int()
      .describe(
        'trials that the sweep is to have: points of its grid, or as many as its sampler was asked for',
      ),
    completed: z.int(),
    failed: z.int(),
    duplicates: z.int().describe('trials beyond the first of equal hyperparameters, as counted: 0'),
    attemptsBeyondFirst: z.strictObject({
      total: z.int(),
      byReason: z
        .strictObject(
          Object.fromEntries(REPEAT_REASONS.map((reason) => [reason, z.int()])) as Record<
            RepeatReason,
            z.ZodInt
          >,
        )
        .describe('how the attempt before ended, or that the trial was retried on request'),
    }),
  })
  .meta({ id: 'Accounting' })
/** The proof that no trial of a sweep was lost or made twice. */
export type Accounting = z.output<typeof accountingSchema>

const skippedSchema = z
  .strictObject({
    count: z.int().describe('points left out because their layers shrink below one pixel'),
    points: z.array(impossiblePointSchema).describe('the first of them, at most 100'),
  })
  .describe('empty unless "impossible" is "skip"')
  .meta({ id: 'SkippedPoints' })
/** Points of a sweep that were left out because their network cannot be built. */
export type SkippedPoints = z.output<typeof skippedSchema>

/** A sweep as the API shows it: its definition, its state, and how far it is. */
export const sweepSchema = z
  .strictObject({
    id: z.uuid(),
    ...sweepDefinitionSchema.shape,
    state: z.enum(SWEEP_STATES),
    pauseReason: z
      .string()
      .nullable()
      .describe(
        'why it is paused; null unless it is. Resume continues it; retry also trains its failed trials again',
      ),
    endReason: z
      .string()
      .nullable()
      .describe(
        'why it ends with fewer trials than planned, such as an exhausted space; null if it does not',
      ),
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
    accounting: accountingSchema.describe(
      'what became of each planned trial, and why any was attempted again',
    ),
    skipped: skippedSchema,
    datasetDigest: datasetDigestSchema,
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Sweep' })

/** One search: its definition, its state, and how far its trials are. */
export type Sweep = z.output<typeof sweepSchema>

/** How many trials a sweep is to have: of one that still grows more than there are, of one that has ended those that are. */
export const countPlanned = ({ state, trialCounts, accounting }: CountedSweep): number =>
  state === 'running' || state === 'paused'
    ? Math.max(trialCounts.total, accounting.planned)
    : trialCounts.total

type CountedSweep = Pick<Sweep, 'state' | 'trialCounts' | 'accounting'>

/** What `POST /sweeps?dryRun=true` returns. */
export const sweepPreviewSchema = z
  .strictObject({
    dryRun: z.literal(true),
    trials: z.int().describe('how many trials the sweep would have'),
    epochs: z.int().describe('how many epochs they would train at most, all together'),
    skipped: skippedSchema,
    definition: sweepDefinitionSchema.describe('the definition with every default filled in'),
  })
  .meta({ id: 'SweepPreview' })

/** What `POST /sweeps?dryRun=true` returns: nothing is stored. */
export type SweepPreview = z.output<typeof sweepPreviewSchema>

/** What `POST /sweeps/{id}/retry` returns. */
export const sweepRetrySchema = z
  .strictObject({
    retried: z.int().describe('failed trials that begin anew; 0 if none had failed'),
    sweep: sweepSchema,
  })
  .meta({ id: 'SweepRetry' })

/** How many trials of a sweep begin anew, and the sweep after that. */
export type SweepRetry = z.output<typeof sweepRetrySchema>
