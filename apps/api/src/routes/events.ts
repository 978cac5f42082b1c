import { EVENT_SCHEMAS, InvalidInputError, MAX_TOPICS, parseTopic, type Topic } from '@sweepd/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EventHub, type EventSource } from '../events/event-hub.js'
import { problems } from './document-answers.js'

/** `/events`: what changes, as it changes. */
export const eventRoutes: FastifyPluginAsyncZod<{ readonly store: EventSource }> = async (app, { store }) => {
  const hub = new EventHub(store, app.log)
  // Before connections are waited for: these would never end by themselves.
  app.addHook('preClose', async () => hub.close())

  app.get('/events', { schema: eventsSchema, exposeHeadRoute: false }, async (request, reply) => {
    const topics = parseTopics(request.query.topics)
    const lastEventId = request.headers['last-event-id']
    const stream = await hub.open(topics, lastEventId, () => reply.raw.writableLength)
    return (
      reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        // When it ends, the connection does too: one that is kept open would hold up the end of the process.
        .header('connection', 'close')
        .send(stream.body)
    )
  })
}

const RULE =
  'topics is a list of sweeps, workers, sweep:ID and trial:ID, separated by commas, where ID is a UUID: sweeps,workers'

function parseTopics(text: string): readonly Topic[] {
  const topics = text.split(',').map((topic) => ({ topic, parsed: parseTopic(topic) }))
  const fault = topics.find(({ parsed }) => parsed === undefined)
  if (fault !== undefined)
    throw new InvalidInputError([
      { pointer: '#/topics', detail: `${JSON.stringify(fault.topic.slice(0, 60))} is no topic; ${RULE}` },
    ])
  const distinct = new Set(topics.flatMap(({ parsed }) => (parsed === undefined ? [] : [parsed])))
  if (distinct.size > MAX_TOPICS)
    throw new InvalidInputError([
      {
        pointer: '#/topics',
        detail: `topics has ${distinct.size} entries; at most ${MAX_TOPICS} fit one stream`,
      },
    ])
  return [...distinct]
}

const eventsSchema = {
  tags: ['events'],
  summary: 'What changes, as server-sent events',
  description: [
    'Each event tells what something is now: `sweep` as `GET /sweeps/{id}` returns it (its counts change with each epoch',
    'of its trials), `trial` as lists show it, `workers` as `GET /workers` returns them. `trials` says that many trials of a',
    'sweep changed at once, and `sweep-deleted` that it is gone. Each thing is told at most four times a second; only',
    'its last state counts, so the epochs in between are read from the trial.',
    '',
    'The first event is `open`. Whatever is read after it holds everything before it, so that nothing is missed between',
    'a GET and the stream. An id is valid on every api process of the same database and after restarts: send the last one',
    'as `Last-Event-ID`, and the stream continues after it without gap or repetition. Lines are kept for 15 minutes',
    '(100,000 at most); if some were lost, the first event is `reset`, and everything has to be read anew.',
    '',
    'A comment comes every 15 seconds. A reader with 1 MiB unsent is cut off and may continue; a connection ends after',
    'an hour. While a transaction that has written something stays open, events of later ones wait for it.',
  ].join('\n'),
  querystring: z.strictObject({
    topics: z
      .string(RULE)
      .min(1, RULE)
      .max(60 * MAX_TOPICS, RULE)
      .describe('`sweeps`, `workers`, `sweep:ID` (with its trials), `trial:ID`, separated by commas'),
  }),
  headers: z.object({
    'last-event-id': z.string().max(100).optional().describe('the id of the last event that was read'),
  }),
  response: {
    200: {
      description: 'Events, without end. The data of each is JSON, by the name of the event one of these',
      content: { 'text/event-stream': { schema: z.union(Object.values(EVENT_SCHEMAS)) as z.ZodType } },
    },
    ...problems(400),
  },
}
