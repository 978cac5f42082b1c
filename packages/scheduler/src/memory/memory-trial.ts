import {
  type Attempt,
  type AttemptOutcome,
  type EpochMetrics,
  isEnded,
  type Score,
  TRIAL_TRANSITIONS,
  type Trial,
  type TrialDetail,
  type TrialError,
  type TrialState,
} from '@sweepd/core'
import type { ClaimedTrial, NewTrial, Requeueing, TrainedModel, TrialClaim, WaitingTrial } from '../ports.js'
import type { MemorySweep } from './memory-sweep.js'

const NO_METRICS: Trial['metrics'] = {
  loss: null,
  acc: null,
  val_loss: null,
  val_acc: null,
  test_loss: null,
  test_acc: null,
}

interface StoredEpoch {
  readonly retry: number
  readonly attempt: number
  readonly metrics: EpochMetrics
}

type StoredAttempt = Omit<Attempt, 'epochs'>

/** One trial in memory. Its methods check nothing but the state's transitions; the store checks fences. */
export class MemoryTrial {
  state: TrialState = 'queued'
  leaseEndsAt = 0
  /** It waits until then. */
  startsAt = 0
  pruneReason: string | null = null
  /** What it ended with, if that is kept. */
  model: TrainedModel | undefined
  private retries = 0
  private alone = false
  private epochs: StoredEpoch[] = []
  private checkpoint: { readonly epoch: number; readonly data: Uint8Array } | undefined
  private metrics = NO_METRICS
  private score: Score | null = null
  private error: TrialError | null = null
  readonly attempts: StoredAttempt[] = []
  private readonly createdAt: string
  private startedAt: number | undefined
  private finishedAt: number | undefined

  constructor(
    readonly sweep: MemorySweep,
    private readonly fields: NewTrial,
    createdAt: number,
  ) {
    this.createdAt = toTime(createdAt)
  }

  get id(): string {
    return this.fields.id
  }

  get number(): number {
    return this.fields.number
  }

  get hyperparameters(): NewTrial['hyperparameters'] {
    return this.fields.hyperparameters
  }

  get hash(): string {
    return this.fields.hyperparametersHash
  }

  /** The worker of the running attempt. */
  get workerId(): string | undefined {
    return this.state === 'running' ? this.attempts.at(-1)?.workerId : undefined
  }

  /** Its pruner lets it wait at a rung. */
  get isHeld(): boolean {
    return this.state === 'queued' && this.startsAt === Number.POSITIVE_INFINITY
  }

  get hasCheckpoint(): boolean {
    return this.checkpoint !== undefined
  }

  isRunningAttempt(attempt: number): boolean {
    return this.state === 'running' && this.attempts.length === attempt
  }

  claim({ workerId, leaseMs }: TrialClaim, now: number): ClaimedTrial {
    this.move('running')
    const number = this.attempts.length + 1
    const startedAt = toTime(now)
    const rest = { outcome: 'running' as const, error: null, finishedAt: null }
    this.attempts.push({ number, retry: this.retries, workerId, startedAt, ...rest })
    this.dropEpochsBeyondCheckpoint()
    this.leaseEndsAt = now + leaseMs
    this.startedAt ??= now
    const { dataset, validationSize, seed, pruner, objective } = this.sweep.definition
    return {
      trialId: this.id,
      attempt: number,
      sweepId: this.sweep.id,
      number: this.fields.number,
      dataset,
      datasetDigest: this.sweep.datasetDigest,
      validationSize,
      seed,
      hyperparameters: this.fields.hyperparameters,
      epochsDone: this.epochsDone,
      checkpoint: this.checkpoint && Uint8Array.from(this.checkpoint.data),
      pruning: { pruner, objective },
      alone: this.alone,
    }
  }

  /** False if it was recorded before. Throws RangeError for an epoch that does not follow the last one. */
  record(metrics: EpochMetrics, checkpoint: Uint8Array | undefined, leaseEndsAt: number): boolean {
    const { epoch } = metrics
    if (epoch > this.epochsDone + 1)
      throw new RangeError(`epoch ${epoch} of trial ${this.id} does not follow epoch ${this.epochsDone}`)
    this.leaseEndsAt = leaseEndsAt
    const isNew = epoch > this.epochsDone
    if (isNew) {
      this.epochs.push({ retry: this.retries, attempt: this.attempts.length, metrics })
      this.metrics = { ...NO_METRICS, ...withoutTimes(metrics) }
    }
    if (checkpoint && epoch === this.epochsDone && epoch > (this.checkpoint?.epoch ?? 0))
      this.checkpoint = { epoch, data: Uint8Array.from(checkpoint) }
    return isNew
  }

  discardCheckpoint(): void {
    this.checkpoint = undefined
    this.dropEpochsBeyondCheckpoint()
  }

  get isAtLastEpoch(): boolean {
    return this.epochsDone >= this.fields.hyperparameters.epochs
  }

  complete(score: Score, kept: EpochMetrics, now: number): void {
    this.end('completed', 'completed', null, now)
    this.score = score
    this.metrics = { ...withoutTimes(kept), test_loss: score.test_loss, test_acc: score.test_acc }
  }

  fail(error: TrialError, now: number): void {
    this.end('failed', 'failed', error, now)
    this.error = error
  }

  prune(reason: string, now: number): void {
    this.end('pruned', 'pruned', null, now)
    this.pruneReason = reason
  }

  hold(now: number): void {
    this.end('queued', 'held', null, now)
    this.startsAt = Number.POSITIVE_INFINITY
  }

  /** It waits for a worker again. */
  promote(): void {
    this.startsAt = 0
  }

  requeue({ outcome, error, delayMs, alone }: Requeueing, now: number): void {
    this.end('queued', outcome, error, now)
    this.startsAt = now + delayMs
    this.alone ||= alone ?? false
  }

  expire(now: number): void {
    this.end('queued', 'expired', null, now)
    this.startsAt = now
  }

  cancel(now: number): void {
    this.end('cancelled', 'cancelled', null, now)
  }

  retry(): void {
    this.move('queued')
    this.retries++
    this.alone = false
    this.startsAt = 0
    this.metrics = NO_METRICS
    this.error = null
    this.finishedAt = undefined
  }

  toWaiting(now: number): WaitingTrial {
    const attempt = this.attempts.length + 1
    return { trialId: this.id, attempt, delayMs: Math.max(0, this.startsAt - now) }
  }

  toDetail(now: number, waitingReason: string | null): TrialDetail {
    const { id, number, hyperparameters } = this.fields
    return {
      id,
      sweepId: this.sweep.id,
      number,
      state: this.state,
      hyperparameters,
      metrics: this.metrics,
      epochsDone: this.epochsDone,
      epochs: hyperparameters.epochs,
      attempts: this.attempts.length,
      retries: this.retries,
      durationMs: this.startedAt === undefined ? null : (this.finishedAt ?? now) - this.startedAt,
      error: this.error,
      pruneReason: this.pruneReason,
      proposedBy: this.fields.proposedBy ?? null,
      datasetDigest: this.sweep.datasetDigest,
      createdAt: this.createdAt,
      startedAt: this.startedAt === undefined ? null : toTime(this.startedAt),
      finishedAt: this.finishedAt === undefined ? null : toTime(this.finishedAt),
      waitingReason,
      history: this.listEpochs().map(({ metrics }) => metrics),
      score: this.score,
      attemptHistory: this.attempts.map((attempt) => ({
        ...attempt,
        epochs: this.epochs.filter((epoch) => epoch.attempt === attempt.number).map(({ metrics }) => metrics),
      })),
    }
  }

  get epochsDone(): number {
    return this.listEpochs().length
  }

  /** Those since the last retry. */
  listEpochs(): StoredEpoch[] {
    return this.epochs.filter(({ retry }) => retry === this.retries)
  }

  private dropEpochsBeyondCheckpoint(): void {
    const kept = this.checkpoint?.epoch ?? 0
    this.epochs = this.epochs.filter(({ retry, metrics }) => retry < this.retries || metrics.epoch <= kept)
    const last = this.listEpochs().at(-1)
    this.metrics = last ? { ...NO_METRICS, ...withoutTimes(last.metrics) } : NO_METRICS
  }

  private end(state: TrialState, outcome: AttemptOutcome, error: TrialError | null, now: number): void {
    const attempt = this.state === 'running' ? this.attempts.at(-1) : undefined
    this.move(state)
    if (attempt) Object.assign(attempt, { outcome, error, finishedAt: toTime(now) })
    if (!isEnded(state)) return
    this.finishedAt = now
    this.checkpoint = undefined
  }

  private move(state: TrialState): void {
    if (!TRIAL_TRANSITIONS[this.state].includes(state))
      throw new Error(`trial ${this.id} cannot go from ${this.state} to ${state}`)
    this.state = state
  }
}

const toTime = (time: number): string => new Date(time).toISOString()

function withoutTimes({ loss, acc, val_loss, val_acc }: EpochMetrics) {
  return { loss, acc, val_loss, val_acc }
}
