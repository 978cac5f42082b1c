import { sweepChangesSchema, sweepRetrySchema, sweepSchema } from '@sweepd/core'
import {
  cancelSweep,
  deleteSweep,
  pauseSweep,
  resumeSweep,
  retrySweep,
  type SchedulerPorts,
  type SweepLimits,
  updateSweep,
} from '@sweepd/scheduler'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireBody } from '../json-bodies.js'
import { answer, problems } from './document-answers.js'
import { getById, idParameter, parseId } from './ids.js'

/** What the commands for sweeps need. */
export interface SweepCommandOptions extends SchedulerPorts {
  readonly limits: SweepLimits
}

/** What an operator does to a sweep that is there. Each command may be given again: it then changes nothing more. */
export const sweepCommandRoutes: FastifyPluginAsyncZod<SweepCommandOptions> = async (app, ports) => {
  const commands = { pause: pauseSweep, resume: resumeSweep, cancel: cancelSweep } as const
  for (const [name, command] of Object.entries(commands) as [keyof typeof commands, typeof pauseSweep][])
    app.post(`/sweeps/:id/${name}`, { schema: commandSchemas[name] }, async ({ params, log }) => {
      const sweep = await command(ports, parseId('sweep', params.id))
      log.info({ sweepId: sweep.id, command: name, state: sweep.state }, 'sweep commanded')
      return sweep
    })

  app.post('/sweeps/:id/retry', { schema: retrySchema }, async ({ params, log }) => {
    const id = parseId('sweep', params.id)
    const { retried } = await retrySweep(ports, id)
    log.info({ sweepId: id, retried }, 'failed trials retried')
    return { retried, sweep: await getById('sweep', id, (sweepId) => ports.store.findSweep(sweepId)) }
  })

  app.patch('/sweeps/:id', { schema: updateSchema }, async ({ params, body, log }) => {
    const sweep = await updateSweep(ports, parseId('sweep', params.id), requireBody(body), ports.limits)
    log.info({ sweepId: sweep.id, priority: sweep.priority, maxParallel: sweep.maxParallel }, 'sweep updated')
    return sweep
  })

  app.delete('/sweeps/:id', { schema: deleteSchema }, async ({ params, log }, reply) => {
    const id = parseId('sweep', params.id)
    await deleteSweep(ports, id)
    log.info({ sweepId: id }, 'sweep deleted')
    return reply.code(204).send(null)
  })
}

const tags = ['sweeps']

const commandSchema = (summary: string, description: string) => ({
  tags,
  summary,
  description,
  params: idParameter,
  response: { 200: answer('The sweep after that', sweepSchema), ...problems(404, 409) },
})

const commandSchemas = {
  pause: commandSchema(
    'Pause a sweep',
    'No more of its trials start; those that run finish their epoch, keep a checkpoint and wait.',
  ),
  resume: commandSchema(
    'Resume a paused sweep',
    'Its trials resume after their last epoch. Failures so far no longer count towards maxFailureShare.',
  ),
  cancel: commandSchema(
    'Cancel a sweep',
    'Ends all its trials that have not ended; running ones stop within about a second and one batch.',
  ),
}

const retrySchema = {
  tags,
  summary: 'Queue the failed trials of a sweep again',
  description:
    'They begin anew with the same hyperparameters; what they did before stays in their attemptHistory. ' +
    'A completed or paused sweep runs again.',
  params: idParameter,
  response: { 200: answer('How many, and the sweep after that', sweepRetrySchema), ...problems(404, 409) },
}

const updateSchema = {
  tags,
  summary: 'Change priority or maxParallel of a sweep, or ask for more trials',
  description:
    'Takes effect with the next trial that a worker takes. What is left out stays as it is. trials asks the sampler for ' +
    'more, add gives values to axes of choices: only what is missing is trained, and a completed sweep runs again.',
  params: idParameter,
  body: sweepChangesSchema,
  response: { 200: answer('The sweep after that', sweepSchema), ...problems(400, 404, 409, 413, 415) },
}

const deleteSchema = {
  tags,
  summary: 'Delete an ended sweep with all its trials',
  description: 'One that is running or paused is refused: cancel it first.',
  params: idParameter,
  response: { 204: z.null().describe('It is gone'), ...problems(404, 409) },
}
