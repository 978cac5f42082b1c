import {
  ConflictError,
  NotFoundError,
  parseSweepChanges,
  type SuggestedAction,
  type Sweep,
  type SweepState,
} from '@sweepd/core'
import { extendSweep } from '../growing/extend-sweep.js'
import { growSweep } from '../growing/grow-sweep.js'
import type { SchedulerPorts, SweepStore } from '../ports.js'
import { stopFirstOffers } from '../queueing/first-offers.js'
import { inviteWorkers } from '../queueing/offer-jobs.js'
import type { SweepLimits } from './plan-sweep.js'

/** Starts no more trials of a sweep; those that run finish their epoch and wait. Throws ConflictError if it has ended. */
export async function pauseSweep({ store }: SchedulerPorts, sweepId: string): Promise<Sweep> {
  const state = await store.pauseSweep(sweepId, 'on request')
  const remedy = 'only a running sweep can be paused'
  return reachSweepState(store, { sweepId, wanted: 'paused', remedy }, state)
}

/** Resumes a paused sweep, and forgives its failures so far. Throws ConflictError if it has ended. */
export async function resumeSweep(ports: SchedulerPorts, sweepId: string): Promise<Sweep> {
  const state = await ports.store.resumeSweep(sweepId)
  const remedy = 'only a paused sweep can be resumed; retry queues the failed trials of a completed one again'
  const change = { sweepId, wanted: 'running', remedy, action: 'retry' } as const
  const sweep = await reachSweepState(ports.store, change, state)
  await growSweep(ports, sweepId)
  await inviteWorkers(ports, sweepId)
  return sweep
}

/**
 * Ends a sweep with all its queued and running trials; their workers learn of it by their next beat or epoch.
 * Throws ConflictError if it was completed.
 */
export async function cancelSweep({ store }: SchedulerPorts, sweepId: string): Promise<Sweep> {
  stopFirstOffers(sweepId)
  const standing = await store.cancelSweep(sweepId)
  const remedy = 'there is nothing left to cancel; it can be deleted'
  return reachSweepState(store, { sweepId, wanted: 'cancelled', remedy, action: 'delete' }, standing?.state)
}

/**
 * Queues all failed trials of a sweep again, which runs then, also if it was paused; returns how many. None is no
 * fault and changes nothing. Throws ConflictError if the sweep was cancelled.
 */
export async function retrySweep(ports: SchedulerPorts, sweepId: string): Promise<{ retried: number }> {
  const standing = await ports.store.retryFailedTrials(sweepId)
  if (standing === undefined) throw new NotFoundError('sweep', sweepId)
  if (standing.state === 'cancelled')
    throw new ConflictError(
      `The sweep ${sweepId} is cancelled: its trials stay as they are; create it again to train them.`,
    )
  if (standing.changedTrials > 0) await inviteWorkers(ports, sweepId)
  return { retried: standing.changedTrials }
}

/**
 * Changes priority or maxParallel, from the next claim on, while trials that already run continue; or asks for more
 * trials. Throws InvalidInputError naming every offending field, and what `extendSweep` throws; nothing has changed then.
 */
export async function updateSweep(
  ports: SchedulerPorts,
  sweepId: string,
  input: unknown,
  limits: SweepLimits = { maxTrials: Number.POSITIVE_INFINITY },
): Promise<Sweep> {
  const { trials, add, ...changes } = parseSweepChanges(input)
  const isExtended = trials !== undefined || add !== undefined
  if (isExtended) await extendSweep(ports, sweepId, { trials, add }, limits)
  if (!(await ports.store.updateSweep(sweepId, changes))) throw new NotFoundError('sweep', sweepId)
  if (isExtended || changes.maxParallel !== undefined) {
    await growSweep(ports, sweepId)
    await inviteWorkers(ports, sweepId)
  }
  return getSweep(ports.store, sweepId)
}

/** Forgets an ended sweep with all its trials. Throws ConflictError while it is running or paused. */
export async function deleteSweep({ store }: SchedulerPorts, sweepId: string): Promise<void> {
  const state = await store.deleteSweep(sweepId)
  if (state === undefined) throw new NotFoundError('sweep', sweepId)
  if (state === 'running' || state === 'paused')
    throw new ConflictError(`The sweep ${sweepId} is ${state}: cancel it first.`, { name: 'cancel', sweepId })
}

/** A change of a sweep that the store was asked for. The same change again is none. */
interface SweepChange {
  readonly sweepId: string
  /** The state that the change leads to. */
  readonly wanted: SweepState
  /** The message if the sweep is in a state that does not allow it. */
  readonly remedy: string
  /** What would be possible instead. */
  readonly action?: SuggestedAction['name']
}

/**
 * The sweep, if the state that the store returned is the wanted one.
 * @throws NotFoundError, or ConflictError naming the state and the remedy
 */
async function reachSweepState(
  store: SweepStore,
  { sweepId, wanted, remedy, action }: SweepChange,
  state: SweepState | undefined,
): Promise<Sweep> {
  if (state === undefined) throw new NotFoundError('sweep', sweepId)
  if (state !== wanted)
    throw new ConflictError(
      `The sweep ${sweepId} is ${state}: ${remedy}.`,
      action && { name: action, sweepId },
    )
  return getSweep(store, sweepId)
}

/** @throws NotFoundError */
async function getSweep(store: SweepStore, sweepId: string): Promise<Sweep> {
  const sweep = await store.findSweep(sweepId)
  if (sweep === undefined) throw new NotFoundError('sweep', sweepId)
  return sweep
}
