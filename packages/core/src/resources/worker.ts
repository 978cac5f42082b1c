import { z } from 'zod'

/**
 * Every state of a worker: waiting ones have no slot that can train, draining ones take no more trials, lost ones were
 * not heard of for a lease.
 */
export const WORKER_STATES = ['alive', 'waiting', 'draining', 'stopped', 'lost'] as const
/** How a worker is. */
export type WorkerState = (typeof WORKER_STATES)[number]

/** Whether the worker is there, whatever it does: it has neither stopped nor been lost. */
export const isPresent = ({ state }: { readonly state: WorkerState }): boolean =>
  state !== 'stopped' && state !== 'lost'

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

const workerSlotSchema = z
  .strictObject({
    gpu: z.string().nullable().describe('UUID of the GPU that it trains on; null: the whole machine'),
    state: z.enum(['testing', 'ready', 'retired']),
    detail: z.string().describe('what its self-test found, or why it was retired'),
  })
  .meta({ id: 'WorkerSlot' })

/** One training lane of a worker. */
export type WorkerSlot = z.output<typeof workerSlotSchema>

/** A process that trains, as the API shows it. */
export const workerSchema = z
  .strictObject({
    id: z.string(),
    host: z.string(),
    device: z.string().describe('what it computes on'),
    engine: z.string().describe('how it trains'),
    slots: z.int().min(0).describe('trials that it can train at once now; 0 while it waits'),
    version: z.string().describe('of sweepd'),
    pid: z.int().nullable(),
    state: z.enum(WORKER_STATES),
    waitingReason: z.string().nullable().describe('why it has no slot that can train'),
    slotDetails: z.array(workerSlotSchema).describe('its slots one by one, retired ones included'),
    startedAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    trials: z.array(workerTrialSchema).describe('what it trains now'),
  })
  .meta({ id: 'Worker' })

/** A process that trains trials. */
export type Worker = z.output<typeof workerSchema>

/** What `GET /workers` returns. */
export const workerListSchema = z
  .strictObject({
    items: z.array(workerSchema).describe('those alive first, then the last seen'),
    unfinishedTrials: z
      .int()
      .describe('queued and running trials of running sweeps: how many workers of one slot would be busy'),
  })
  .meta({ id: 'WorkerList' })
