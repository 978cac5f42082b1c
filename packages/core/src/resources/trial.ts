import { z } from 'zod'
import { hyperparametersSchema } from '../hyperparameters/hyperparameters.js'
import { datasetDigestSchema } from './dataset.js'
import { epochMetricsSchema, METRIC_NAMES, type MetricName, scoreSchema } from './metrics.js'
import { FAILURE_CLASSES, TRIAL_STATES } from './states.js'

const metricsSchema = z
  .strictObject(
    Object.fromEntries(METRIC_NAMES.map((name) => [name, z.number().nullable()])) as Record<
      MetricName,
      z.ZodNullable<z.ZodNumber>
    >,
  )
  .meta({ id: 'Metrics' })

/** Why a trial or an attempt failed. */
const trialErrorSchema = z
  .strictObject({ class: z.enum(FAILURE_CLASSES), message: z.string() })
  .meta({ id: 'TrialError' })
/** Why a trial or an attempt failed. */
export type TrialError = z.output<typeof trialErrorSchema>

/** A trial as lists show it. */
export const trialSchema = z
  .strictObject({
    id: z.uuid(),
    sweepId: z.uuid(),
    number: z.int().describe('counted from 0 within its sweep'),
    state: z.enum(TRIAL_STATES),
    hyperparameters: hyperparametersSchema,
    metrics: metricsSchema.describe('of the epoch whose weights are kept; null until known'),
    epochsDone: z.int(),
    epochs: z.int(),
    attempts: z.int().describe('executions begun so far'),
    retries: z.int().describe('how often a person had it begin anew after it had failed'),
    durationMs: z.number().nullable().describe('wall time from the first start to the end, or until now'),
    error: trialErrorSchema.nullable(),
    pruneReason: z.string().nullable().describe('why its pruner stopped it; null unless it is pruned'),
    proposedBy: z
      .string()
      .nullable()
      .describe('the sampler that proposed its point; null for trials of older versions'),
    datasetDigest: datasetDigestSchema,
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Trial' })

/** One evaluation of one point. */
export type Trial = z.output<typeof trialSchema>

/**
 * How an attempt ended, or that it has not: expired is a silent worker, released one that was told to leave, paused a
 * sweep that was told to wait, pruned a trial that its pruner stopped, held one that waits at a rung of its pruner.
 */
export const ATTEMPT_OUTCOMES = [
  'running',
  'completed',
  'failed',
  'expired',
  'released',
  'paused',
  'cancelled',
  'pruned',
  'held',
] as const
/** How an attempt ended, or that it has not. */
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

/** One execution of a trial by one worker. */
const attemptSchema = z
  .strictObject({
    number: z.int().describe('counted from 1; also the fencing number of its reports'),
    retry: z.int().describe('how often the trial had been retried on request before; 0 at first'),
    workerId: z.string(),
    outcome: z.enum(ATTEMPT_OUTCOMES),
    error: trialErrorSchema.nullable(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    epochs: z.array(epochMetricsSchema).describe('the epochs that this attempt trained and that were kept'),
  })
  .meta({ id: 'Attempt' })

/** One execution of a trial by one worker. */
export type Attempt = z.output<typeof attemptSchema>

/** A trial with its history, score and attempts. */
export const trialDetailSchema = trialSchema
  .extend({
    waitingReason: z
      .string()
      .nullable()
      .describe('why it is not running, in one sentence; null unless it is queued'),
    history: z
      .array(epochMetricsSchema)
      .describe('every epoch since it began, or was last retried, in order'),
    score: scoreSchema.nullable(),
    attemptHistory: z.array(attemptSchema),
  })
  .meta({ id: 'TrialDetail' })

/** A trial with all that is known of it. */
export type TrialDetail = z.output<typeof trialDetailSchema>
