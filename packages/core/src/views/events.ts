import { z } from 'zod'
import { sweepSchema } from '../resources/sweep.js'
import { trialSchema } from '../resources/trial.js'
import { workerListSchema } from '../resources/worker.js'

/** What a stream of events can be about: all sweeps, all workers, one sweep with its trials, or one trial. */
export type Topic = 'sweeps' | 'workers' | `sweep:${string}` | `trial:${string}`

/** Topics of one stream at most. */
export const MAX_TOPICS = 100

const ID = /^(sweep|trial):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The topic as it is known, in lower case; undefined for a text that is none. */
export function parseTopic(text: string): Topic | undefined {
  const topic = text.trim().toLowerCase()
  return topic === 'sweeps' || topic === 'workers' || ID.test(topic) ? (topic as Topic) : undefined
}

const openSchema = z
  .strictObject({
    topics: z.array(z.string()),
    position: z.string().describe('also the id of this event: what is read from now on holds all before it'),
  })
  .meta({ id: 'EventsOpened' })

const goneSchema = z.strictObject({ sweepId: z.uuid() }).meta({ id: 'EventsOfSweep' })

/** What each event of `GET /events` carries, by its name. */
export const EVENT_SCHEMAS = {
  open: openSchema,
  reset: openSchema,
  sweep: sweepSchema,
  'sweep-deleted': goneSchema,
  trial: trialSchema,
  trials: goneSchema,
  workers: workerListSchema,
} as const

/** The name of an event. */
export type EventName = keyof typeof EVENT_SCHEMAS

/**
 * Something that changed, as `GET /events` tells it: what it is now, not what it was. `open` begins a stream or goes
 * on with one; `reset` does so too, but events in between are lost: read everything anew. `trials`: so many trials of a
 * sweep changed at once that they are not told one by one. `workers`: all of them.
 */
export type SweepEvent = {
  [N in EventName]: { readonly name: N; readonly data: z.output<(typeof EVENT_SCHEMAS)[N]> }
}[EventName]
