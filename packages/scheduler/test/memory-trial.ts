import {
  type Attempt,
  type EpochMetrics,
  isEnded,
  type Score,
  type SweepDefinition,
  TRIAL_TRANSITIONS,
  type Trial,
  type TrialDetail,
  type TrialError,
  type TrialState,
} from '@sweepd/core'
import type { ClaimedTrial, NewTrial, TrialClaim, WaitingTrial } from '../src/index.js'

const NO_METRICS: Trial['metrics'] = {
  loss: null,
  acc: null,
  val_loss: null,
  val_acc: null,
  test_loss: null,
  test_acc: null,
}

/** One trial in memory. Its methods check nothing but the state's transitions; the store checks fences. */
export class MemoryTrial {
  state: TrialState = 'queued'
  leaseEndsAt = 0
  private startsAt = 0
  private history: EpochMetrics[] = []
  private metrics = NO_METRICS
  private score: Score | null = null
  private error: TrialError | null = null
  private readonly attempts: Attempt[] = []
  private startedAt: number | undefined
  private finishedAt: number | undefined

  constructor(
    readonly sweepId: string,
    private readonly fields: NewTrial,
    private readonly definition: SweepDefinition,
    private readonly createdAt: number,
  ) {}

  get id(): string {
    return this.fields.id
  }

  get nextAttempt(): number {
    return this.attempts.length + 1
  }

  isRunningAttempt(attempt: number): boolean {
    return this.state === 'running' && this.attempts.length === attempt
  }

  claim({ workerId, leaseMs, attempt }: TrialClaim, now: number): ClaimedTrial {
    this.move('running')
    const startedAt = new Date(now).toISOString()
    this.attempts.push({
      number: attempt,
      workerId,
      outcome: 'running',
      error: null,
      startedAt,
      finishedAt: null,
    })
    this.history = []
    this.metrics = NO_METRICS
    this.leaseEndsAt = now + leaseMs
    this.startedAt ??= now
    const { number, hyperparameters } = this.fields
    const { dataset, seed } = this.definition
    return { trialId: this.id, attempt, sweepId: this.sweepId, number, dataset, seed, hyperparameters }
  }

  record(metrics: EpochMetrics, leaseEndsAt: number): void {
    this.leaseEndsAt = leaseEndsAt
    if (this.history.some(({ epoch }) => epoch === metrics.epoch)) return
    this.history.push(metrics)
    this.metrics = { ...NO_METRICS, ...withoutTimes(metrics) }
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

  requeue(outcome: Attempt['outcome'], error: TrialError | null, now: number, startsAt: number): void {
    this.end('queued', outcome, error, now)
    this.startsAt = startsAt
  }

  toWaiting(now: number): WaitingTrial {
    return {
      trialId: this.id,
      attempt: this.nextAttempt,
      delayMs: Math.max(0, this.startsAt - now),
    }
  }

  toDetail(now: number): TrialDetail {
    const { id, number, hyperparameters } = this.fields
    return {
      id,
      sweepId: this.sweepId,
      number,
      state: this.state,
      hyperparameters,
      metrics: this.metrics,
      epochsDone: this.history.length,
      epochs: hyperparameters.epochs,
      attempts: this.attempts.length,
      durationMs: this.startedAt === undefined ? null : (this.finishedAt ?? now) - this.startedAt,
      error: this.error,
      createdAt: new Date(this.createdAt).toISOString(),
      startedAt: toTime(this.startedAt),
      finishedAt: toTime(this.finishedAt),
      history: [...this.history],
      score: this.score,
      attemptHistory: this.attempts.map((attempt) => ({ ...attempt })),
    }
  }

  private end(state: TrialState, outcome: Attempt['outcome'], error: TrialError | null, now: number): void {
    this.move(state)
    const attempt = this.attempts.at(-1)
    if (attempt) Object.assign(attempt, { outcome, error, finishedAt: new Date(now).toISOString() })
    if (isEnded(state)) this.finishedAt = now
  }

  private move(state: TrialState): void {
    if (!TRIAL_TRANSITIONS[this.state].includes(state))
      throw new Error(`trial ${this.id} cannot go from ${this.state} to ${state}`)
    this.state = state
  }
}

const toTime = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString()

function withoutTimes({ loss, acc, val_loss, val_acc }: EpochMetrics) {
  return { loss, acc, val_loss, val_acc }
}
