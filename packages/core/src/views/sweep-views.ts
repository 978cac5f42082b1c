import { z } from 'zod'
import { HYPERPARAMETER_NAMES, type HyperparameterName } from '../hyperparameters/hyperparameters.js'
import { METRIC_NAMES, type MetricName } from '../resources/metrics.js'
import { TRIAL_STATES } from '../resources/states.js'
import { ATTEMPT_OUTCOMES } from '../resources/trial.js'

const time = z.iso.datetime().nullable()

/** Trials by column, each array one entry per trial: an eighth of the size of as many objects. */
export const sweepPointsSchema = z
  .strictObject({
    total: z.int().describe('trials of the sweep'),
    matching: z.int().describe('trials that the filter lets through'),
    offset: z.int().describe('of the matching trials, how many come before the first one here'),
    id: z.array(z.uuid()),
    number: z.array(z.int()),
    state: z.array(z.enum(TRIAL_STATES)),
    attempts: z.array(z.int()),
    epochsDone: z.array(z.int()),
    epochs: z.array(z.int()),
    durationMs: z.array(z.number().nullable()),
    startedAt: z.array(time),
    finishedAt: z.array(time),
    metrics: z.strictObject(
      Object.fromEntries(METRIC_NAMES.map((name) => [name, z.array(z.number().nullable())])) as Record<
        MetricName,
        z.ZodArray<z.ZodNullable<z.ZodNumber>>
      >,
    ),
    hyperparameters: z
      .strictObject(
        Object.fromEntries(
          HYPERPARAMETER_NAMES.map((name) => [name, z.array(z.unknown()).optional()]),
        ) as Record<HyperparameterName, z.ZodOptional<z.ZodArray<z.ZodUnknown>>>,
      )
      .describe('those that the sweep varies'),
  })
  .meta({ id: 'SweepPoints' })

/** Trials of one sweep by column. */
export type SweepPoints = z.output<typeof sweepPointsSchema>

const curveSchema = z
  .strictObject({
    trialId: z.uuid(),
    number: z.int(),
    state: z.enum(TRIAL_STATES),
    epochs: z.int().describe('that the trial has recorded; fewer are shown of a long one'),
    epoch: z.array(z.int()).describe('counted from 1'),
    seconds: z.array(z.number()).describe('of training, up to the end of the epoch'),
    loss: z.array(z.number()),
    acc: z.array(z.number()),
    val_loss: z.array(z.number()),
    val_acc: z.array(z.number()),
  })
  .meta({ id: 'Curve' })

/** The epochs of one trial by column. */
export type Curve = z.output<typeof curveSchema>

/** What `GET /sweeps/{id}/curves` returns. */
export const sweepCurvesSchema = z
  .strictObject({ total: z.int().describe('trials of the sweep'), curves: z.array(curveSchema) })
  .meta({ id: 'SweepCurves' })

/** Learning curves of some trials of a sweep. */
export type SweepCurves = z.output<typeof sweepCurvesSchema>

const spanSchema = z
  .strictObject({
    trialId: z.uuid(),
    sweepId: z.uuid(),
    number: z.int().describe('of the trial'),
    attempt: z.int(),
    workerId: z.string(),
    outcome: z.enum(ATTEMPT_OUTCOMES),
    startedAt: z.iso.datetime(),
    finishedAt: time,
  })
  .meta({ id: 'Span' })

/** One attempt as a stretch of time on a worker. */
export type Span = z.output<typeof spanSchema>

/** What `GET /sweeps/{id}/timeline` returns. */
export const sweepTimelineSchema = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total: z.int().describe('attempts in that time'),
    spans: z.array(spanSchema).describe('the last of them to start, in order; other sweeps included'),
  })
  .meta({ id: 'SweepTimeline' })

/** Who worked on what, when. */
export type SweepTimeline = z.output<typeof sweepTimelineSchema>
