import {
  METRIC_NAMES,
  parseTrialFilter,
  TRIAL_STATES,
  trialDetailSchema,
  trialPageSchema,
} from '@sweepd/core'
import {
  cancelTrial,
  retryTrial,
  type SchedulerPorts,
  type SweepStore,
  type TrainedModel,
} from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HttpError } from '../problems/http-error.js'
import { answer, problems } from './document-answers.js'
import { getById, idParameter, parseId } from './ids.js'
import { filterParameter, pageParameters } from './query-parameters.js'

/** `/trials`: the leaderboard; one trial with all that is known of it, and what an operator does to it. */
export const trialRoutes: FastifyPluginAsyncZod<SchedulerPorts> = async (app, ports) => {
  const { store } = ports

  app.get('/trials', { schema: listSchema }, async ({ query }) => {
    const { filter = '', ...rest } = query
    return store.listTrials({ ...rest, conditions: parseTrialFilter(filter) })
  })

  app.get('/trials/:id', { schema: getSchema }, ({ params }) =>
    getById('trial', params.id, (id) => store.findTrial(id)),
  )

  app.get('/trials/:id/model.json', { schema: modelSchema }, async ({ params }, reply) => {
    const { json } = await getModel(store, params.id)
    return reply.type('application/json').header('cache-control', CACHE_CONTROL).send(json)
  })

  app.get('/trials/:id/weights.bin', { schema: weightsSchema }, async ({ params }, reply) => {
    const { weights } = await getModel(store, params.id)
    return reply.type('application/octet-stream').header('cache-control', CACHE_CONTROL).send(weights)
  })

  app.post('/trials/:id/cancel', { schema: cancelSchema }, async ({ params, log }) => {
    const trial = await cancelTrial(ports, parseId('trial', params.id))
    log.info({ trialId: trial.id }, 'trial cancelled')
    return trial
  })

  app.post('/trials/:id/retry', { schema: retrySchema }, async ({ params, log }) => {
    const trial = await retryTrial(ports, parseId('trial', params.id))
    log.info({ trialId: trial.id }, 'trial retried')
    return trial
  })
}

/** Weights never change; but those of another trial may push them out. */
const CACHE_CONTROL = 'private, max-age=60'

async function getModel(store: SweepStore, id: string): Promise<TrainedModel> {
  const trialId = parseId('trial', id)
  const model = await store.findModel(trialId)
  if (model !== undefined) return model
  const trial = await getById('trial', trialId, (known) => store.findTrial(known))
  throw new HttpError(
    404,
    'no-model',
    `No model is kept of trial ${trial.number}: it is ${trial.state}, and workers keep those of the best completed trials of ` +
      'a sweep only. KEEP_MODELS says of how many.',
  )
}

const oneOf = <const T extends readonly string[]>(name: string, values: T) =>
  z.enum(values, { error: `${name} is one of ${values.join(', ')}` }).optional()

const tags = ['trials']

const listSchema = {
  tags,
  summary: 'The leaderboard over all sweeps',
  description: 'Best first: accuracies descend, losses ascend. Without sort: newest first.',
  querystring: z
    .strictObject({
      sort: oneOf('sort', METRIC_NAMES).describe('metric to order by; trials without it follow at the end'),
      order: oneOf('order', ['asc', 'desc']).describe('instead of best first'),
      sweepId: z.guid('sweepId is a UUID').optional().describe('only trials of this sweep'),
      state: oneOf('state', TRIAL_STATES).describe('only trials in this state'),
      filter: filterParameter,
      ...pageParameters,
    })
    .refine(({ sort, order }) => sort !== undefined || order === undefined, {
      path: ['order'],
      error: 'order goes with sort; give sort as well, or leave order out',
    }),
  response: { 200: answer('One page of trials', trialPageSchema), ...problems(400) },
}

const getSchema = {
  tags,
  summary: 'One trial with its history (every epoch), score and attempts',
  description: 'waitingReason says in one sentence why a queued trial is not running.',
  params: idParameter,
  response: { 200: answer('The trial', trialDetailSchema), ...problems(404) },
}

const modelSchema = {
  tags,
  summary: 'The trained network as TensorFlow.js reads it',
  description:
    "tf.loadLayersModel reads this address; it finds the weights beside it. Kept of the best completed trials of a sweep: the worker's KEEP_MODELS says of how many.",
  params: idParameter,
  response: {
    200: answer('model.json of a LayersModel', z.record(z.string(), z.unknown())),
    ...problems(404),
  },
}

const weightsSchema = {
  tags,
  summary: 'The weights of the trained network',
  description: 'The file that model.json names: float32, little-endian, in the order of its weightsManifest.',
  params: idParameter,
  response: {
    200: {
      description: 'The file',
      content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) as z.ZodType } },
    },
    ...problems(404),
  },
}

const cancelSchema = {
  tags,
  summary: 'Cancel one trial',
  description: 'A running one stops within about a second and one batch.',
  params: idParameter,
  response: { 200: answer('The trial after that', trialDetailSchema), ...problems(404, 409) },
}

const retrySchema = {
  tags,
  summary: 'Queue a failed trial again',
  description: 'It begins anew with the same hyperparameters; what it did before stays in attemptHistory.',
  params: idParameter,
  response: { 200: answer('The trial after that', trialDetailSchema), ...problems(404, 409) },
}
