import { setTimeout as sleep } from 'node:timers/promises'
import { DatasetError } from '@sweepd/dataset'
import {
  type ClaimedTrial,
  failTrial,
  finishTrial,
  mayHold,
  type RetryPolicy,
  releaseTrial,
  reportEpoch,
  type SchedulerPorts,
  startTrial,
  type UnreadableSweep,
} from '@sweepd/scheduler'
import type { Logger } from 'pino'
import {
  type AttemptEnd,
  type ReportAnswer,
  type StopReason,
  stopReasonOf,
} from '../training/child-attempt.js'
import { classifyFailure } from '../training/classify-failure.js'
import type { Slot } from '../training/slot.js'
import type { AloneGate, Seat } from './alone-gate.js'
import type { AttemptsInHand } from './attempts-in-hand.js'
import { CheckpointPace, type TrainedEpoch } from './checkpoint-pace.js'
import { type DatasetCache, fetchDataset } from './fetch-dataset.js'
import { type PersistContext, persist } from './persist.js'

const FIRST_START_DELAY_MS = 500
const LAST_START_DELAY_MS = 30_000

/** A disk that is full will not be empty soon, and other workers may have room. */
const NO_ROOM_PAUSE_MS = 30_000

/** How an attempt ended, or that this worker has no room for its images. */
type AttemptResult = AttemptEnd | { readonly type: 'no-room'; readonly message: string }

/** What all slots of a worker share. */
export interface AttemptContext extends PersistContext {
  readonly ports: SchedulerPorts
  readonly workerId: string
  readonly leaseMs: number
  readonly retryPolicy: RetryPolicy
  /** Least time between two checkpoints of an attempt. */
  readonly checkpointIntervalMs: number
  /** Of how many of the best trials of each sweep models are kept. */
  readonly keepModels: number
  readonly gate: AloneGate
  readonly attempts: AttemptsInHand
  readonly cache: DatasetCache
  /** Aborted: claim nothing more, and give trials back at the end of their epoch. Aborts before `leaving`, or with it. */
  readonly draining: AbortSignal
}

/**
 * Takes one trial from claim to end: claims the best waiting trial, trains it in the slot, stores each epoch and the
 * outcome. Does nothing if no trial may start now, or this worker is draining.
 */
export async function attemptTrial(context: AttemptContext, slot: Slot): Promise<void> {
  const { ports, workerId, leaseMs, gate, draining } = context
  if (!(await standReady(context, slot))) return
  const seat = await gate.enter(draining).catch(() => undefined)
  if (seat === undefined) return
  try {
    const claim = {
      workerId,
      leaseMs,
      onUnreadable: (left: UnreadableSweep) => tellUnreadable(context.log, left),
    }
    const trial = await persist(context, () => startTrial(ports, claim))
    if (trial === undefined) return context.log.debug('nothing to claim')
    const log = context.log.child({ trialId: trial.trialId, attempt: trial.attempt })
    await makeAttempt({ ...context, log }, slot, trial, seat)
  } finally {
    seat.leave()
  }
}

/** Said once for each sweep: workers of the version that created it train its trials. */
function tellUnreadable(log: Logger, { sweepId, sweepName, problem }: UnreadableSweep): void {
  log.warn(
    { sweepId, sweepName, problem },
    'sweep left to other workers: this version cannot read it; update this worker',
  )
}

/**
 * Waits until the slot's process can train: a slot that cannot start one must not claim trials only to fail them.
 * False if the worker drains before, or the slot is retired.
 */
async function standReady({ draining, log }: AttemptContext, slot: Slot): Promise<boolean> {
  for (
    let delayMs = FIRST_START_DELAY_MS;
    !draining.aborted;
    delayMs = Math.min(2 * delayMs, LAST_START_DELAY_MS)
  ) {
    try {
      await slot.warmUp()
      return true
    } catch (err) {
      if (slot.health.isRetired) return false
      log.warn({ err, delayMs }, 'training process not ready; retrying')
      await sleep(delayMs, undefined, { signal: draining }).catch(() => {})
    }
  }
  return false
}

async function makeAttempt(
  context: AttemptContext,
  slot: Slot,
  trial: ClaimedTrial,
  seat: Seat,
): Promise<void> {
  const { attempts, log } = context
  const { number, hyperparameters, epochsDone, alone } = trial
  log.info({ number, hyperparameters, epochsDone, alone }, 'trial started')
  const lost = attempts.add(trial)
  const pace = new CheckpointPace(context.checkpointIntervalMs)
  try {
    const end = await train(context, slot, trial, { seat, lost, pace })
    await keepLastCheckpoint(context, trial, end, pace)
    await conclude(context, trial, end)
  } finally {
    attempts.remove(trial)
  }
}

async function train(
  context: AttemptContext,
  slot: Slot,
  trial: ClaimedTrial,
  { seat, lost, pace }: { seat: Seat; lost: AbortSignal; pace: CheckpointPace },
): Promise<AttemptResult> {
  const { draining, leaving, log } = context
  const waiting = AbortSignal.any([lost, draining])
  try {
    if (trial.alone) await seat.becomeAlone(waiting)
  } catch {
    return { type: 'stopped', reason: stopReasonOf(waiting) }
  }
  const images = await prepareImages(context, trial, AbortSignal.any([lost, draining]))
  if (typeof images === 'object') return images
  return slot.train(trial, images, {
    onEpoch: (metrics, checkpoint) => storeEpoch(context, trial, { metrics, checkpoint }, pace),
    onCheckpointRefused: (reason) => beginAgain(context, trial, reason),
    onProgress: (message) => log.info({ detail: message }, 'data set'),
    signal: AbortSignal.any([lost, leaving]),
  })
}

/** Folder of a data set that a person added, undefined for one that comes with sweepd; or how the attempt ends without it. */
async function prepareImages(
  context: AttemptContext,
  { datasetDigest }: ClaimedTrial,
  signal: AbortSignal,
): Promise<string | undefined | AttemptResult> {
  const { ports, cache, log } = context
  if (datasetDigest === null) return undefined
  const onProgress = (message: string) => log.info({ detail: message }, 'data set')
  try {
    return await fetchDataset(ports.store.datasets, datasetDigest, cache, { signal, onProgress })
  } catch (error) {
    if (signal.aborted) return { type: 'stopped', reason: stopReasonOf(signal) }
    if (error instanceof DatasetError && error.code === 'dataset-disk-full')
      return { type: 'no-room', message: error.message }
    return { type: 'failed', error: classifyFailure(error) }
  }
}

async function storeEpoch(
  context: AttemptContext,
  trial: ClaimedTrial,
  epoch: TrainedEpoch,
  pace: CheckpointPace,
): Promise<ReportAnswer> {
  const { ports, leaseMs, draining, log } = context
  const { metrics } = epoch
  const due = pace.take(epoch)
  // Whoever goes on from a rung needs it.
  const checkpoint = mayHold(trial, metrics.epoch) ? epoch.checkpoint : due
  const answer = await persist(context, () => reportEpoch(ports, trial, metrics, checkpoint, leaseMs))
  if (checkpoint !== undefined) pace.noteStored()
  if (answer === 'stop') {
    log.warn({ epoch: metrics.epoch }, 'late report refused')
    return 'lost'
  }
  if (answer === 'pruned' || answer === 'held') return answer
  // Only the score is missing, which takes less than another attempt.
  if (metrics.epoch === trial.hyperparameters.epochs) return 'continue'
  if (answer === 'pause') return 'paused'
  return draining.aborted ? 'leaving' : 'continue'
}

/** Reasons to stop after which the store has all that there is, or wants no more. */
const STORED_ENDS: ReadonlySet<StopReason> = new Set(['lost', 'pruned', 'held'])

/**
 * Stores the newest checkpoint of an attempt after which the trial may be attempted again: only a worker that is killed
 * loses trained epochs. Without it the next attempt resumes from an older one, so a store that refuses it is no failure.
 */
async function keepLastCheckpoint(
  context: AttemptContext,
  trial: ClaimedTrial,
  end: AttemptResult,
  { withheld }: CheckpointPace,
): Promise<void> {
  const { ports, leaseMs, log } = context
  const isOver = end.type === 'finished' || (end.type === 'stopped' && STORED_ENDS.has(end.reason))
  if (isOver || withheld === undefined) return
  const { metrics, checkpoint } = withheld
  await persist(context, () => reportEpoch(ports, trial, metrics, checkpoint, leaseMs)).catch((err) =>
    log.warn({ err, epoch: metrics.epoch }, 'last checkpoint not stored'),
  )
}

async function beginAgain(
  context: AttemptContext,
  trial: ClaimedTrial,
  reason: string,
): Promise<ReportAnswer> {
  context.log.warn(
    { reason, epochsDone: trial.epochsDone },
    'checkpoint cannot be used; training from epoch 1',
  )
  const isMine = await persist(context, () => context.ports.store.discardCheckpoint(trial))
  return isMine ? 'continue' : 'lost'
}

async function conclude(context: AttemptContext, trial: ClaimedTrial, end: AttemptResult): Promise<void> {
  const { ports, retryPolicy, log } = context
  switch (end.type) {
    case 'finished': {
      const { score, kept, model } = end
      const offer = model && { model, keepBest: context.keepModels }
      const isAccepted = await persist(context, () => finishTrial(ports, trial, score, kept, offer))
      const { test_acc, test_loss } = score
      return isAccepted
        ? log.info({ test_acc, test_loss }, 'trial completed')
        : log.warn('late report refused')
    }
    case 'failed': {
      const outcome = await persist(context, () => failTrial(ports, trial, end.error, retryPolicy))
      return log.warn({ error: end.error, outcome }, 'attempt failed')
    }
    case 'no-room': {
      log.error({ detail: end.message }, 'no room for the data set; the trial goes back, and this slot waits')
      const reason = { class: 'infrastructure', message: end.message } as const
      await persist(context, () => releaseTrial(ports, trial, 'released', reason))
      await sleep(NO_ROOM_PAUSE_MS, undefined, { signal: context.draining }).catch(() => {})
      return
    }
    case 'stopped': {
      if (end.reason === 'lost') return log.warn('attempt stopped: it no longer belongs to this worker')
      // Stored together with the epoch.
      if (end.reason === 'pruned') return log.info('trial pruned')
      if (end.reason === 'held') return log.info('trial held at a rung')
      const outcome = end.reason === 'paused' ? 'paused' : 'released'
      const isReleased = await persist(context, () => releaseTrial(ports, trial, outcome))
      return log.info({ outcome, isReleased }, 'attempt given back')
    }
  }
}
