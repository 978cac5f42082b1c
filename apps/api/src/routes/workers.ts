import { NotFoundError, workerListSchema, workerSchema } from '@sweepd/core'
import { requestDrain, type SchedulerPorts } from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readWorkerList } from '../read-worker-list.js'
import { answer, problems } from './document-answers.js'
import { parseWorkerId, workerIdParameter } from './ids.js'

/** `/workers`: who trains, on what device, doing what; and how one is asked to leave. */
export const workerRoutes: FastifyPluginAsyncZod<SchedulerPorts> = async (app, ports) => {
  const { store } = ports

  app.get('/workers', { schema: listSchema }, () => readWorkerList(store))

  app.post('/workers/:id/drain', { schema: drainSchema }, async ({ params, log }, reply) => {
    const id = parseWorkerId(params.id)
    await requestDrain(ports, id)
    log.info({ workerId: id }, 'worker asked to drain')
    const worker = (await store.listWorkers()).find((worker) => worker.id === id)
    if (worker === undefined) throw new NotFoundError('worker', id)
    return reply.code(202).send(worker)
  })
}

const tags = ['workers']

const listSchema = {
  tags,
  summary: 'Workers, those alive first, with what they train now',
  description:
    'A worker that has not been heard of for a lease is lost; one that is gone for a day is forgotten.',
  response: { 200: answer('All workers', workerListSchema) },
}

const drainSchema = {
  tags,
  summary: 'Ask a worker to drain',
  description:
    'It takes no more trials, gives those that it trains back at the end of their epoch with a checkpoint, and ends. ' +
    'It learns of it within about a second.',
  params: workerIdParameter,
  response: { 202: answer('The worker, which is about to leave', workerSchema), ...problems(404, 409) },
}
