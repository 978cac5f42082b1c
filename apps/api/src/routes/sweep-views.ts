import {
  bestFirst,
  type Curve,
  type EpochMetrics,
  type HyperparameterName,
  METRIC_NAMES,
  parseTrialFilter,
  type Sweep,
  sweepCurvesSchema,
  sweepPointsSchema,
  sweepTimelineSchema,
  TRIAL_FIELDS,
} from '@sweepd/core'
import type { RecordedCurve, SchedulerPorts } from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { answer, problems } from './document-answers.js'
import { getById, idParameter } from './ids.js'
import { filterParameter } from './query-parameters.js'

const MAX_POINTS = 2000
const MAX_CURVES = 50
/** Epochs of one curve; a longer one is thinned, so that each bucket keeps its extremes. */
const MAX_EPOCHS = 500
const MAX_SPANS = 5000

/** What the dashboard draws of one sweep: by column, and bounded. */
export const sweepViewRoutes: FastifyPluginAsyncZod<Pick<SchedulerPorts, 'store'>> = async (
  app,
  { store },
) => {
  const getSweep = (id: string) => getById('sweep', id, (known) => store.findSweep(known))

  app.get('/sweeps/:id/points', { schema: pointsSchema }, async ({ params, query }) => {
    const sweep = await getSweep(params.id)
    const sort = query.sort ?? sweep.objective.metric
    return store.listPoints({
      sweepId: sweep.id,
      sort,
      order: query.order ?? defaultOrder(sweep, sort),
      conditions: parseTrialFilter(query.filter ?? ''),
      axes: listAxes(sweep),
      offset: query.offset,
      limit: query.limit,
    })
  })

  app.get('/sweeps/:id/curves', { schema: curvesSchema }, async ({ params, query }) => {
    const sweep = await getSweep(params.id)
    const trialIds = query.trials?.split(',') ?? (await listBest(sweep, query.best))
    const curves = await store.listCurves(trialIds.slice(0, MAX_CURVES))
    return { total: sweep.trialCounts.total, curves: curves.map(toCurve) }
  })

  app.get('/sweeps/:id/timeline', { schema: timelineSchema }, async ({ params, query }) => {
    const sweep = await getSweep(params.id)
    const from = new Date(query.from ?? sweep.createdAt)
    const to = new Date(query.to ?? sweep.finishedAt ?? Date.now())
    const { total, spans } = await store.listSpans({ from, to, limit: MAX_SPANS })
    return { from: from.toISOString(), to: to.toISOString(), total, spans: [...spans] }
  })

  async function listBest(sweep: Sweep, limit: number): Promise<readonly string[]> {
    const sort = sweep.objective.metric
    const order = defaultOrder(sweep, sort)
    const { id } = await store.listPoints({
      ...{ sweepId: sweep.id, sort, order, conditions: [], axes: [], offset: 0, limit },
    })
    return id
  }
}

const listAxes = (sweep: Sweep) => Object.keys(sweep.space) as HyperparameterName[]

/** Best first for metrics; the objective of the sweep says what is best of its own. */
function defaultOrder({ objective }: Sweep, sort: string): 'asc' | 'desc' {
  if (sort === objective.metric) return objective.direction === 'maximize' ? 'desc' : 'asc'
  const metric = METRIC_NAMES.find((name) => name === sort)
  return metric === undefined ? 'asc' : bestFirst(metric)
}

function toCurve({ trialId, number, state, epochs }: RecordedCurve): Curve {
  let elapsedMs = 0
  const timed = epochs.map((epoch) => {
    elapsedMs += epoch.durationMs
    return { ...epoch, seconds: elapsedMs / 1000 }
  })
  const shown = thinOut(timed, MAX_EPOCHS)
  const column = <K extends keyof (typeof shown)[number]>(name: K) => shown.map((epoch) => epoch[name])
  return {
    ...{ trialId, number, state, epochs: epochs.length },
    ...{ epoch: column('epoch'), seconds: column('seconds'), loss: column('loss'), acc: column('acc') },
    ...{ val_loss: column('val_loss'), val_acc: column('val_acc') },
  }
}

/** At most `limit` epochs, or few more: of each bucket those with the extremes of val_loss and of val_acc. */
export function thinOut<T extends EpochMetrics>(epochs: readonly T[], limit: number): T[] {
  if (epochs.length <= limit) return [...epochs]
  const size = Math.ceil((epochs.length * 4) / limit)
  const kept = new Set([epochs[0], epochs.at(-1)])
  for (let start = 0; start < epochs.length; start += size) {
    const bucket = epochs.slice(start, start + size)
    for (const metric of ['val_loss', 'val_acc'] as const) {
      const sorted = bucket.toSorted((a, b) => a[metric] - b[metric])
      kept.add(sorted[0]).add(sorted.at(-1))
    }
  }
  return epochs.filter((epoch) => kept.has(epoch))
}

const wholeNumber = (name: string, min: number, max: number) => {
  const error = `${name} is a whole number from ${min} to ${max}`
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int(error).min(min, error).max(max, error),
  )
}

const time = (name: string) =>
  z.iso.datetime({ error: `${name} is a time such as 2026-01-31T12:00:00Z`, offset: true }).optional()

const tags = ['views']

const pointsSchema = {
  tags,
  summary: 'Trials of a sweep by column, filtered and sorted',
  description: 'For tables and charts. sort=spread gives an even sample.',
  params: idParameter,
  querystring: z.strictObject({
    sort: z
      .enum([...TRIAL_FIELDS, 'spread'], { error: `sort is spread or one of ${TRIAL_FIELDS.join(', ')}` })
      .optional()
      .describe('without it: the metric of the objective'),
    order: z
      .enum(['asc', 'desc'], { error: 'order is one of asc, desc' })
      .optional()
      .describe('without it: best first for metrics, ascending for the rest'),
    filter: filterParameter,
    offset: wholeNumber('offset', 0, 100_000_000).default(0).describe('matching trials to skip'),
    limit: wholeNumber('limit', 1, MAX_POINTS).default(200).describe('trials at most'),
  }),
  response: { 200: answer('The trials', sweepPointsSchema), ...problems(400, 404) },
}

const curvesSchema = {
  tags,
  summary: 'Learning curves of some trials of a sweep',
  params: idParameter,
  querystring: z.strictObject({
    trials: z
      .string('trials is one text; give it once')
      .regex(
        /^[\da-fA-F-]{36}(,[\da-fA-F-]{36}){0,49}$/,
        `trials is up to ${MAX_CURVES} ids of trials, separated by commas`,
      )
      .optional()
      .describe('instead of the best ones'),
    best: wholeNumber('best', 1, MAX_CURVES).default(10).describe('so many of the best by the objective'),
  }),
  response: { 200: answer('The curves', sweepCurvesSchema), ...problems(400, 404) },
}

const timelineSchema = {
  tags,
  summary: 'Which worker worked on what, while the sweep ran',
  description: 'Attempts of other sweeps in that time are there as well: they are why a slot was not free.',
  params: idParameter,
  querystring: z.strictObject({ from: time('from'), to: time('to') }),
  response: { 200: answer('The attempts', sweepTimelineSchema), ...problems(400, 404) },
}
