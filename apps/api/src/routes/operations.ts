import type { SchedulerPorts } from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findFault } from '../find-fault.js'
import { HttpError } from '../problems/http-error.js'
import { answer, problems } from './document-answers.js'

/** `/healthz` and `/readyz`. Their requests are logged only if they fail. */
export const operationRoutes: FastifyPluginAsyncZod<SchedulerPorts> = async (app, { store, queue }) => {
  app.get('/healthz', { schema: healthSchema, logLevel: 'warn' }, async () => ({ status: 'alive' }))

  app.get('/readyz', { schema: readySchema, logLevel: 'warn' }, async (request) => {
    const faults = await Promise.all([findFault(store), findFault(queue)])
    const down = (['store', 'queue'] as const).filter((_, index) => faults[index] !== undefined)
    if (down.length === 0) return { status: 'ready', store: 'up', queue: 'up' }
    for (const err of faults) if (err !== undefined) request.log.warn({ err }, 'dependency does not answer')
    const detail = `Down: ${down.join(', ')}. Check that DATABASE_URL and REDIS_URL lead to running servers.`
    throw new HttpError(503, 'not-ready', detail)
  })
}

const tags = ['operations']
const up = z.literal('up')

const healthSchema = {
  tags,
  summary: 'Whether the process is alive',
  security: [],
  response: { 200: answer('It is', z.strictObject({ status: z.literal('alive') })) },
}

const readySchema = {
  tags,
  summary: 'Whether store and queue answer',
  security: [],
  response: {
    200: answer('They do', z.strictObject({ status: z.literal('ready'), store: up, queue: up })),
    ...problems(503),
  },
}
