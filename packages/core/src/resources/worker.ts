import { z } from 'zod'

/** Every state of a worker: draining ones take no more trials, lost ones were not heard of for a lease. */
export const WORKER_STATES = ['alive', 'draining', 'stopped', 'lost'] as const
/** How a worker is. */
export type WorkerState = (typeof WORKER_STATES)[number]

const workerTrialSchema = z
  .strictObject({
    trialId: z.uuid(),
    sweepId: z.uuid(),
    number: z.int(),
    attempt: z.int(),
    epochsDone: z.int(),
    epochs: z.int(),
  })
  .meta({ id: 'WorkerTrial' })

/** A process that trains, as the API shows it. */
export const workerSchema = z
  .strictObject({
    id: z.string(),
    host: z.string(),
    device: z.string().describe('what it computes on'),
    engine: z.string().describe('how it trains'),
    slots: z.int().min(1).describe('trials that it trains at once'),
    version: z.string().describe('of sweepd'),
    pid: z.int().nullable(),
    state: z.enum(WORKER_STATES),
    startedAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    trials: z.array(workerTrialSchema).describe('what it trains now'),
  })
  .meta({ id: 'Worker' })

/** A process that trains trials. */
export type Worker = z.output<typeof workerSchema>

/** What `GET /workers` returns. */
export const workerListSchema = z
  .strictObject({ items: z.array(workerSchema).describe('those alive first, then the last seen') })
  .meta({ id: 'WorkerList' })
