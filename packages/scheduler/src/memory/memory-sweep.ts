import {
  type Accounting,
  type DatasetFacts,
  type EpochMetrics,
  isEnded,
  REPEAT_REASONS,
  type RepeatReason,
  type SkippedPoints,
  SWEEP_TRANSITIONS,
  type Sweep,
  type SweepChanges,
  type SweepDefinition,
  type SweepState,
  TRIAL_STATES,
  type TrialCounts,
  type TrialState,
} from '@sweepd/core'
import { hasRungs, listRungs } from '@sweepd/search'
import type { GrowingTrial, Growth, GrowthRevision, GrowthStep } from '../growing/growth.js'
import type { NewSweep, NewTrial, StoredSweep, SweepExtension } from '../ports.js'
import { judgeFailures } from '../sweeps/judge-failures.js'
import { MemoryTrial } from './memory-trial.js'

/** Points that were left out are listed up to here, and counted beyond. */
const MOST_SKIPPED = 100

/** One sweep in memory, with its trials. */
export class MemorySweep {
  readonly id: string
  definition: SweepDefinition
  private readonly all: MemoryTrial[]
  state: SweepState = 'running'
  pauseReason: string | null = null
  planned: number
  isGrowing: boolean
  endReason: string | null
  skipped: SkippedPoints
  private maxTrialMemoryMiB: number | null
  private historyVersion = 0
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
    this.all = trials.map((trial) => new MemoryTrial(this, trial, createdAt))
    this.planned = fields.planned ?? trials.length
    this.isGrowing = this.planned > trials.length
    this.endReason = fields.endReason ?? null
    this.skipped = fields.skipped ?? { count: 0, points: [] }
    this.maxTrialMemoryMiB = fields.maxTrialMemoryMiB ?? null
  }

  get trials(): readonly MemoryTrial[] {
    return this.all
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
      .filter(({ state, isHeld }) => state === 'queued' && !isHeld)
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
    return !this.isGrowing && this.trials.every(({ state }) => isEnded(state))
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
    if (state === 'cancelled') this.isGrowing = false
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

  /** Whoever remembers its ended trials must forget them: one of them began anew. */
  forgetHistory(): void {
    this.historyVersion++
  }

  /** What decides how it grows; undefined unless it runs and grows, holds trials, or has a budget. */
  findGrowth(now: number, slots: number, ownFacts?: DatasetFacts): Growth | undefined {
    const { pruner, budget } = this.definition
    if (this.state !== 'running' || !(this.isGrowing || hasRungs(pruner) || budget !== null)) return undefined
    const isWhole = this.isGrowing || budget !== null
    const trials = this.trials.filter(
      ({ state, attempts }) => isWhole || state !== 'queued' || attempts.length > 0,
    )
    return {
      revision: this.revision,
      definition: this.definition,
      ownFacts,
      maxTrialMemoryMiB: this.maxTrialMemoryMiB,
      planned: this.planned,
      isGrowing: this.isGrowing,
      maxParallel: this.maxParallel,
      slots,
      elapsedMs: now - this.createdAt,
      skipped: this.skipped,
      trials: trials.map((trial) => toGrowing(trial, now)),
      unbegun: this.trials.length - trials.length,
    }
  }

  get revision(): GrowthRevision {
    return {
      trials: this.trials.length,
      ended: this.trials.filter(({ state }) => isEnded(state)).length,
      held: this.trials.filter(({ isHeld }) => isHeld).length,
      historyVersion: this.historyVersion,
    }
  }

  /** Takes a step; returns the new trials. */
  grow(step: GrowthStep, now: number): MemoryTrial[] {
    const held = (id: string) => this.trials.find((trial) => trial.id === id && trial.isHeld)
    for (const id of step.promoted) held(id)?.promote()
    for (const { id, reason } of step.pruned) held(id)?.prune(reason, now)
    for (const trial of this.trials)
      if (step.cancelled.includes(trial.id) && trial.state === 'queued' && trial.attempts.length === 0)
        trial.cancel(now)
    const added = this.isGrowing ? step.added.map((trial) => new MemoryTrial(this, trial, now)) : []
    this.all.push(...added)
    this.skipped = {
      count: this.skipped.count + step.skipped.length,
      points: [...this.skipped.points, ...step.skipped].slice(0, MOST_SKIPPED),
    }
    if (step.isLast) this.isGrowing = false
    this.endReason = step.endReason ?? this.endReason
    return added
  }

  /** False if it was cancelled, or has more trials. */
  extend({ definition, planned, endReason, skipped, maxTrialMemoryMiB }: SweepExtension): boolean {
    if (this.state === 'cancelled' || planned < this.trials.length) return false
    const isGrowing = planned > this.trials.length
    Object.assign(this, { definition, planned, endReason, isGrowing, maxTrialMemoryMiB })
    this.skipped = skipped ?? this.skipped
    if (this.state === 'completed' && this.isGrowing) this.move('running', 0)
    return true
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
      endReason: this.endReason,
      skipped: this.skipped,
      datasetDigest: this.datasetDigest,
      progress: ended / Math.max(this.trials.length, this.isGrowing ? this.planned : 0),
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
      planned: this.planned,
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

function toGrowing(trial: MemoryTrial, now: number): GrowingTrial {
  const { definition } = trial.sweep
  const detail = trial.toDetail(now, null)
  const { metric } = definition.objective
  const rungs = listRungs(definition.pruner, detail.epochs)
  const atRungs = detail.history
    .filter(({ epoch }) => rungs.includes(epoch))
    .map((metrics): [number, number] => [metrics.epoch, metrics[metric as keyof EpochMetrics]])
  return {
    id: trial.id,
    number: trial.number,
    state: trial.state,
    isHeld: trial.isHeld,
    isDelayed: trial.state === 'queued' && !trial.isHeld && trial.startsAt > now,
    attempts: trial.attempts.length,
    epochs: detail.epochs,
    epochsDone: detail.epochsDone,
    trainDurationMs: detail.history.reduce((sum, { durationMs }) => sum + durationMs, 0),
    hyperparameters: trial.hyperparameters,
    hyperparametersHash: trial.hash,
    value: detail.metrics[metric],
    errorClass: detail.error?.class ?? null,
    atRungs: new Map(atRungs),
  }
}

function listRepeatReasons({ attempts }: MemoryTrial): RepeatReason[] {
  return attempts.slice(1).map((attempt, index) => {
    const before = attempts[index]
    if (before === undefined || before.retry < attempt.retry) return 'retried'
    return REPEAT_REASONS.find((reason) => reason === before.outcome) ?? 'failed'
  })
}
