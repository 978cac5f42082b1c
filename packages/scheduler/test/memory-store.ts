import {
  bestFirst,
  type EpochMetrics,
  InvalidInputError,
  isEnded,
  type Page,
  type Score,
  type Sweep,
  type SweepState,
  TRIAL_STATES,
  type Trial,
  type TrialCounts,
  type TrialDetail,
  type TrialError,
} from '@sweepd/core'
import type {
  ClaimedTrial,
  Fence,
  ListQuery,
  NewSweep,
  NewTrial,
  SweepQuery,
  SweepStore,
  TrialClaim,
  TrialQuery,
  WaitingTrial,
} from '../src/index.js'
import { MemoryTrial } from './memory-trial.js'

interface MemorySweep extends NewSweep {
  state: SweepState
  readonly createdAt: number
  finishedAt: number | undefined
}

/** The store's contract in memory, for tests of the use-cases: every method is one transaction, by being synchronous. */
export class MemoryStore implements SweepStore {
  private readonly sweeps: MemorySweep[] = []
  private readonly trials = new Map<string, MemoryTrial>()

  /** `now` is the store's clock, in milliseconds. */
  constructor(private readonly now: () => number) {}

  async insertSweep(sweep: NewSweep, trials: readonly NewTrial[]): Promise<void> {
    if (new Set(trials.map((trial) => trial.hyperparametersHash)).size < trials.length)
      throw new Error('two trials of the sweep have the same hyperparameters')
    const createdAt = this.now()
    this.sweeps.push({ ...structuredClone(sweep), state: 'running', createdAt, finishedAt: undefined })
    for (const trial of trials)
      this.trials.set(
        trial.id,
        new MemoryTrial(sweep.id, structuredClone(trial), sweep.definition, createdAt),
      )
  }

  async findSweep(id: string): Promise<Sweep | undefined> {
    const sweep = this.sweeps.find((candidate) => candidate.id === id)
    return sweep && this.toSweep(sweep)
  }

  async listSweeps({ state, ...query }: SweepQuery): Promise<Page<Sweep>> {
    const sweeps = this.sweeps.filter((sweep) => state === undefined || sweep.state === state)
    return cutPage(
      sweeps.reverse().map((sweep) => this.toSweep(sweep)),
      query,
    )
  }

  async listTrials({ sort, order, sweepId, state, ...query }: TrialQuery): Promise<Page<Trial>> {
    const trials = (await this.listDetails())
      .filter((trial) => sweepId === undefined || trial.sweepId === sweepId)
      .filter((trial) => state === undefined || trial.state === state)
      .reverse()
    if (sort !== undefined) {
      const sign = (order ?? bestFirst(sort)) === 'asc' ? 1 : -1
      const key = ({ metrics }: Trial) =>
        metrics[sort] === null ? Number.POSITIVE_INFINITY : sign * metrics[sort]
      trials.sort((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)))
    }
    return cutPage(
      trials.map(({ history: _, score: __, attemptHistory: ___, ...trial }) => trial),
      query,
    )
  }

  async findTrial(id: string): Promise<TrialDetail | undefined> {
    return this.trials.get(id)?.toDetail(this.now())
  }

  /** Every trial in order of creation. */
  async listDetails(): Promise<TrialDetail[]> {
    return [...this.trials.values()].map((trial) => trial.toDetail(this.now()))
  }

  async claimTrial(claim: TrialClaim): Promise<ClaimedTrial | undefined> {
    const trial = this.trials.get(claim.trialId)
    if (trial?.state !== 'queued' || trial.nextAttempt !== claim.attempt) return undefined
    return trial.claim(claim, this.now())
  }

  async renewLease(fence: Fence, leaseMs: number): Promise<boolean> {
    return this.change(fence, (trial) => {
      trial.leaseEndsAt = this.now() + leaseMs
    })
  }

  async recordEpoch(fence: Fence, metrics: EpochMetrics, leaseMs: number): Promise<boolean> {
    return this.change(fence, (trial) => trial.record(structuredClone(metrics), this.now() + leaseMs))
  }

  async completeTrial(fence: Fence, score: Score, kept: EpochMetrics): Promise<boolean> {
    return this.change(fence, (trial) => trial.complete(structuredClone(score), kept, this.now()))
  }

  async failTrial(fence: Fence, error: TrialError): Promise<boolean> {
    return this.change(fence, (trial) => trial.fail(error, this.now()))
  }

  async requeueTrial(
    fence: Fence,
    ending: { outcome: 'failed' | 'released'; error: TrialError | null; delayMs: number },
  ): Promise<boolean> {
    const now = this.now()
    return this.change(fence, (trial) =>
      trial.requeue(ending.outcome, ending.error, now, now + ending.delayMs),
    )
  }

  async requeueExpired(): Promise<readonly WaitingTrial[]> {
    const now = this.now()
    const expired = [...this.trials.values()].filter(
      (trial) => trial.state === 'running' && trial.leaseEndsAt < now,
    )
    for (const trial of expired) trial.requeue('expired', null, now, now)
    return expired.map((trial) => trial.toWaiting(now))
  }

  async listWaitingTrials(page: {
    after?: string | undefined
    limit: number
  }): Promise<readonly WaitingTrial[]> {
    return this.listQueued()
      .filter(({ id }) => page.after === undefined || id > page.after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, page.limit)
      .map((trial) => trial.toWaiting(this.now()))
  }

  async countWaitingTrials(): Promise<number> {
    return this.listQueued().length
  }

  async completeSweep(sweepId: string): Promise<boolean> {
    const sweep = this.sweeps.find(({ id }) => id === sweepId)
    const hasEnded = this.trialsOf(sweepId).every((trial) => isEnded(trial.state))
    if (sweep?.state !== 'running' || !hasEnded) return false
    sweep.state = 'completed'
    sweep.finishedAt = this.now()
    return true
  }

  async ping(): Promise<void> {}
  async close(): Promise<void> {}

  private change(fence: Fence, apply: (trial: MemoryTrial) => void): boolean {
    const trial = this.trials.get(fence.trialId)
    if (!trial?.isRunningAttempt(fence.attempt)) return false
    apply(trial)
    return true
  }

  private listQueued(): MemoryTrial[] {
    return [...this.trials.values()].filter((trial) => trial.state === 'queued')
  }

  private trialsOf(sweepId: string): MemoryTrial[] {
    return [...this.trials.values()].filter((trial) => trial.sweepId === sweepId)
  }

  private toSweep({ id, definition, state, createdAt, finishedAt }: MemorySweep): Sweep {
    const trials = this.trialsOf(id)
    const count = (wanted: string) => trials.filter((trial) => trial.state === wanted).length
    const states = Object.fromEntries(TRIAL_STATES.map((name) => [name, count(name)]))
    const ended = trials.filter((trial) => isEnded(trial.state)).length
    return {
      id,
      ...definition,
      state,
      trialCounts: { total: trials.length, ...states } as TrialCounts,
      progress: ended / trials.length,
      etaMs: null,
      bestTrial: null,
      createdAt: new Date(createdAt).toISOString(),
      finishedAt: finishedAt === undefined ? null : new Date(finishedAt).toISOString(),
    }
  }
}

function cutPage<T>(items: readonly T[], { limit, cursor }: ListQuery): Page<T> {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isInteger(start))
    throw new InvalidInputError([{ pointer: '#/cursor', detail: 'no page gave this cursor' }])
  const end = start + limit
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null }
}
