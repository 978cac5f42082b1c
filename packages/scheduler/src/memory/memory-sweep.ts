import {
  type Accounting,
  isEnded,
  REPEAT_REASONS,
  type RepeatReason,
  SWEEP_TRANSITIONS,
  type Sweep,
  type SweepChanges,
  type SweepDefinition,
  type SweepState,
  TRIAL_STATES,
  type TrialCounts,
  type TrialState,
} from '@sweepd/core'
import type { NewSweep, NewTrial, StoredSweep } from '../ports.js'
import { judgeFailures } from '../sweeps/judge-failures.js'
import { MemoryTrial } from './memory-trial.js'

/** One sweep in memory, with its trials. */
export class MemorySweep {
  readonly id: string
  readonly definition: SweepDefinition
  readonly trials: readonly MemoryTrial[]
  state: SweepState = 'running'
  pauseReason: string | null = null
  private forgiven = 0
  private finishedAt: number | undefined
  private changes: SweepChanges = {}

  constructor(
    private readonly fields: NewSweep,
    trials: readonly NewTrial[],
    readonly createdAt: number,
  ) {
    this.id = fields.id
    this.definition = fields.definition
    this.trials = trials.map((trial) => new MemoryTrial(this, trial))
  }

  get priority(): number {
    return this.changes.priority ?? this.definition.priority
  }

  get maxParallel(): number | null {
    return this.changes.maxParallel === undefined ? this.definition.maxParallel : this.changes.maxParallel
  }

  get datasetDigest(): string | null {
    return this.fields.datasetDigest ?? null
  }

  get idempotencyKey(): string | undefined {
    return this.fields.idempotency?.key
  }

  toStored(isNew: boolean): StoredSweep {
    return { sweepId: this.id, isNew, definitionHash: this.fields.idempotency?.definitionHash ?? null }
  }

  /** How many more of its trials may run. */
  get room(): number {
    const limit = this.maxParallel ?? Number.POSITIVE_INFINITY
    return this.state === 'running' ? Math.max(0, limit - this.count('running')) : 0
  }

  /** The queued trials that it has room for, those first that may start first. */
  listClaimable(): MemoryTrial[] {
    return this.trials
      .filter(({ state }) => state === 'queued')
      .sort((a, b) => a.startsAt - b.startsAt || a.number - b.number)
      .slice(0, this.room)
  }

  countClaimable(now: number): number {
    const ready = this.trials.filter(({ state, startsAt }) => state === 'queued' && startsAt <= now)
    return Math.min(ready.length, this.room)
  }

  /** The trial that the next claim takes. */
  findNext(now: number): MemoryTrial | undefined {
    if (this.room === 0) return undefined
    return this.trials.find(({ state, startsAt }) => state === 'queued' && startsAt <= now)
  }

  count(state: TrialState): number {
    return this.trials.filter((trial) => trial.state === state).length
  }

  get hasEndedTrialsOnly(): boolean {
    return this.trials.every(({ state }) => isEnded(state))
  }

  /** Why it is to pause, if too many of its trials fail. */
  judge(now: number): string | undefined {
    const details = this.trials.map((trial) => trial.toDetail(now, null))
    const failures = details
      .filter(({ error }) => error !== null)
      .sort((a, b) => String(a.finishedAt).localeCompare(String(b.finishedAt)))
    return judgeFailures({
      maxFailureShare: this.definition.maxFailureShare,
      total: this.trials.length,
      queued: this.count('queued'),
      ended: this.trials.filter(({ state }) => isEnded(state)).length,
      failed: failures.length,
      forgiven: this.forgiven,
      lastError: failures.at(-1)?.error?.message ?? '',
    })
  }

  /** Moves along SWEEP_TRANSITIONS. Changes nothing and returns false if there is no such transition. */
  move(state: SweepState, now: number, pauseReason: string | null = null): boolean {
    if (!SWEEP_TRANSITIONS[this.state].includes(state)) return false
    this.state = state
    this.pauseReason = pauseReason
    this.finishedAt = state === 'completed' || state === 'cancelled' ? now : undefined
    return true
  }

  /** The failures so far count no more. */
  forgive(): void {
    this.forgiven = this.count('failed')
  }

  /** A failed trial waits again: it cannot stand for a later failure of another one. */
  forgiveLess(): void {
    this.forgiven = Math.min(this.forgiven, this.count('failed'))
  }

  change(changes: SweepChanges): void {
    this.changes = { ...this.changes, ...changes }
  }

  toSweep(): Sweep {
    const states = Object.fromEntries(TRIAL_STATES.map((name) => [name, this.count(name)]))
    const ended = this.trials.filter((trial) => isEnded(trial.state)).length
    return {
      id: this.id,
      ...this.definition,
      priority: this.priority,
      maxParallel: this.maxParallel,
      state: this.state,
      pauseReason: this.pauseReason,
      trialCounts: { total: this.trials.length, ...states } as TrialCounts,
      progress: ended / this.trials.length,
      etaMs: null,
      bestTrial: null,
      accounting: this.toAccounting(),
      createdAt: new Date(this.createdAt).toISOString(),
      finishedAt: this.finishedAt === undefined ? null : new Date(this.finishedAt).toISOString(),
    }
  }

  private toAccounting(): Accounting {
    const reasons = this.trials.flatMap(listRepeatReasons)
    const count = (reason: RepeatReason) => reasons.filter((other) => other === reason).length
    return {
      planned: this.trials.length,
      completed: this.count('completed'),
      failed: this.count('failed'),
      duplicates: this.trials.length - new Set(this.trials.map(({ hash }) => hash)).size,
      attemptsBeyondFirst: {
        total: reasons.length,
        byReason: Object.fromEntries(
          REPEAT_REASONS.map((reason) => [reason, count(reason)]),
        ) as Accounting['attemptsBeyondFirst']['byReason'],
      },
    }
  }
}

function listRepeatReasons({ attempts }: MemoryTrial): RepeatReason[] {
  return attempts.slice(1).map((attempt, index) => {
    const before = attempts[index]
    if (before === undefined || before.retry < attempt.retry) return 'retried'
    return REPEAT_REASONS.find((reason) => reason === before.outcome) ?? 'failed'
  })
}
