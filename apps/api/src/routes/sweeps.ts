import {
  type SweepPreview,
  sweepDefinitionSchema,
  sweepPageSchema,
  sweepPreviewSchema,
  sweepSchema,
} from '@sweepd/core'
import { createSweep, planSweep, type SchedulerPorts, type SweepLimits } from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireBody } from '../json-bodies.js'
import { answer, problems } from './document-answers.js'
import { idempotencyKeyHeader, parseIdempotencyKey } from './idempotency-key.js'
import { getById, idParameter } from './ids.js'
import { flag, pageParameters } from './query-parameters.js'

/** What the routes of sweeps need. */
export interface SweepRoutesOptions extends SchedulerPorts {
  readonly limits: SweepLimits
}

/** `/sweeps`: create, list, one. */
export const sweepRoutes: FastifyPluginAsyncZod<SweepRoutesOptions> = async (app, options) => {
  const { store, limits } = options

  app.post('/sweeps', { schema: createSchema }, async (request, reply) => {
    const body: unknown = requireBody(request.body)
    if (request.query.dryRun) return previewSweep(body, options)
    const key = parseIdempotencyKey(request.headers['idempotency-key'])
    const { sweep, isNew } = await createSweep(options, body, limits, key)
    if (isNew) request.log.info({ sweepId: sweep.id, trials: sweep.trialCounts.total }, 'sweep created')
    else reply.header('idempotent-replayed', 'true')
    return reply.code(201).header('location', `/sweeps/${sweep.id}`).send(sweep)
  })

  app.get('/sweeps', { schema: listSchema }, ({ query }) => store.listSweeps(query))

  app.get('/sweeps/:id', { schema: getSchema }, ({ params }) =>
    getById('sweep', params.id, (id) => store.findSweep(id)),
  )
}

async function previewSweep(body: unknown, { store, limits }: SweepRoutesOptions): Promise<SweepPreview> {
  const { definition, points, skipped } = await planSweep(body, limits, store.datasets)
  const epochs = points.reduce((sum, point) => sum + point.epochs, 0)
  return {
    dryRun: true,
    trials: points.length,
    epochs,
    skipped: { count: skipped.count, points: [...skipped.points] },
    definition,
  }
}

const tags = ['sweeps']

const createSchema = {
  tags,
  summary: 'Create a sweep',
  description:
    'Stores the sweep with a trial for each point of its search space, and queues them. ' +
    'A point whose layers would shrink below one pixel is refused before anything is stored, or left out if ' +
    '"impossible" is "skip". ' +
    'A request with the Idempotency-Key of an earlier one returns the sweep of that one as it is now ' +
    'and the header Idempotent-Replayed: true.',
  querystring: z.strictObject({ dryRun: flag.default(false).describe('only count and check') }),
  headers: idempotencyKeyHeader,
  body: sweepDefinitionSchema,
  response: {
    200: answer('With dryRun: what would be created', sweepPreviewSchema),
    201: answer('The sweep; Location is its address', sweepSchema),
    ...problems(400, 413, 415, 422),
  },
}

const listSchema = {
  tags,
  summary: 'List sweeps, newest first',
  querystring: z.strictObject(pageParameters),
  response: { 200: answer('One page of sweeps', sweepPageSchema), ...problems(400) },
}

const getSchema = {
  tags,
  summary: 'One sweep with counts by trial state, best trial, progress and ETA',
  params: idParameter,
  response: { 200: answer('The sweep', sweepSchema), ...problems(404) },
}
