import {
  bestFirst,
  type EpochMetrics,
  InvalidInputError,
  type Page,
  parseStoredHyperparameters,
  type Score,
  type Sweep,
  type SweepChanges,
  type SweepState,
  type Trial,
  type TrialDetail,
  type TrialError,
  type Worker,
  type WorkerState,
} from '@sweepd/core'
import type {
  BeatAnswer,
  ClaimableQuery,
  ClaimedTrial,
  EpochAnswer,
  Fence,
  ListQuery,
  NewSweep,
  NewTrial,
  NewWorker,
  Requeueing,
  StoredSweep,
  SweepQuery,
  SweepStanding,
  SweepStore,
  TrialClaim,
  TrialQuery,
  TrialStanding,
  WaitingTrial,
  WorkerBeat,
} from '../ports.js'
import { explainWaiting } from '../trials/explain-waiting.js'
import { MemorySweep } from './memory-sweep.js'
import type { MemoryTrial } from './memory-trial.js'
import { createMemoryViews } from './memory-views.js'
import { MemoryWorkers } from './memory-workers.js'

/** The store's contract in memory, for tests: every method is one transaction, by being synchronous. */
export class MemoryStore implements SweepStore {
  private readonly sweeps = new Map<string, MemorySweep>()
  private readonly trials = new Map<string, MemoryTrial>()
  private readonly workers = new MemoryWorkers()
  private readonly views = createMemoryViews(() => this.listDetails())
  readonly listPoints = this.views.listPoints
  readonly listByNumber = this.views.listByNumber
  readonly listCurves = this.views.listCurves
  readonly listSpans = this.views.listSpans
  /** Sweeps that this version cannot read. */
  private readonly unreadable = new Set<string>()

  /** `now` is the store's clock, in milliseconds. */
  constructor(private readonly now: () => number = Date.now) {}

  async insertSweep(fields: NewSweep, trials: readonly NewTrial[]): Promise<StoredSweep> {
    if (new Set(trials.map((trial) => trial.hyperparametersHash)).size < trials.length)
      throw new Error('two trials of the sweep have the same hyperparameters')
    const key = fields.idempotency?.key
    const earlier = [...this.sweeps.values()].find(
      (other) => key !== undefined && other.idempotencyKey === key,
    )
    if (earlier) return earlier.toStored(false)
    const sweep = new MemorySweep(structuredClone(fields), structuredClone(trials), this.now())
    this.sweeps.set(sweep.id, sweep)
    for (const trial of sweep.trials) this.trials.set(trial.id, trial)
    return sweep.toStored(true)
  }

  async findSweep(id: string): Promise<Sweep | undefined> {
    return this.sweeps.get(id)?.toSweep()
  }

  async listSweeps({ state, ...query }: SweepQuery): Promise<Page<Sweep>> {
    const sweeps = [...this.sweeps.values()].filter((sweep) => state === undefined || sweep.state === state)
    return cutPage(
      sweeps.reverse().map((sweep) => sweep.toSweep()),
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
    return cutPage(trials.map(withoutDetails), query)
  }

  async findTrial(id: string): Promise<TrialDetail | undefined> {
    const trial = this.trials.get(id)
    return trial?.toDetail(this.now(), trial.state === 'queued' ? this.explain(trial) : null)
  }

  /** Every trial in order of creation. */
  async listDetails(): Promise<TrialDetail[]> {
    return [...this.trials.values()].map((trial) => trial.toDetail(this.now(), null))
  }

  /** Trials whose state of training is kept. */
  listCheckpointed(): string[] {
    return [...this.trials.values()].filter(({ hasCheckpoint }) => hasCheckpoint).map(({ id }) => id)
  }

  async claimTrial(claim: TrialClaim): Promise<ClaimedTrial | undefined> {
    for (const sweep of [...this.sweeps.values()].sort((a, b) => b.priority - a.priority)) {
      const trial = this.unreadable.has(sweep.id) ? undefined : sweep.findNext(this.now())
      if (trial && this.canRead(trial, claim)) return trial.claim(claim, this.now())
    }
    return undefined
  }

  async recordEpoch(
    fence: Fence,
    metrics: EpochMetrics,
    checkpoint: Uint8Array | undefined,
    leaseMs: number,
  ): Promise<EpochAnswer> {
    const trial = this.findRunning(fence)
    if (trial === undefined) return 'stop'
    trial.record(structuredClone(metrics), checkpoint, this.now() + leaseMs)
    return trial.sweep.state === 'paused' && !trial.isAtLastEpoch ? 'pause' : 'continue'
  }

  async discardCheckpoint(fence: Fence): Promise<boolean> {
    const trial = this.findRunning(fence)
    trial?.discardCheckpoint()
    return trial !== undefined
  }

  async completeTrial(fence: Fence, score: Score, kept: EpochMetrics): Promise<boolean> {
    return this.change(fence, (trial) => trial.complete(structuredClone(score), kept, this.now()))
  }

  async failTrial(fence: Fence, error: TrialError): Promise<boolean> {
    return this.change(fence, (trial) => trial.fail(error, this.now()))
  }

  async requeueTrial(fence: Fence, ending: Requeueing): Promise<boolean> {
    return this.change(fence, (trial) => trial.requeue(ending, this.now()))
  }

  async requeueExpired(): Promise<readonly WaitingTrial[]> {
    const now = this.now()
    const expired = this.listTrialsIn('running').filter(({ leaseEndsAt }) => leaseEndsAt < now)
    for (const trial of expired) trial.expire(now)
    return expired.map((trial) => trial.toWaiting(now))
  }

  async cancelTrial(trialId: string): Promise<TrialStanding | undefined> {
    return this.changeTrial(
      trialId,
      ({ state }) => state === 'queued' || state === 'running',
      (trial) => trial.cancel(this.now()),
    )
  }

  async retryTrial(trialId: string): Promise<TrialStanding | undefined> {
    return this.changeTrial(
      trialId,
      ({ state, sweep }) => state === 'failed' && sweep.state !== 'cancelled',
      (trial) => {
        trial.retry()
        trial.sweep.forgiveLess()
        if (trial.sweep.state === 'completed') trial.sweep.move('running', this.now())
      },
    )
  }

  async countClaimableTrials(): Promise<number> {
    const now = this.now()
    return [...this.sweeps.values()].reduce((sum, sweep) => sum + sweep.countClaimable(now), 0)
  }

  async listClaimableTrials({
    limit,
    after,
    sweepId,
    isLimited,
  }: ClaimableQuery): Promise<readonly WaitingTrial[]> {
    return this.listClaimable()
      .filter(({ sweep }) => sweepId === undefined || sweep.id === sweepId)
      .filter(({ sweep }) => isLimited === undefined || sweep.maxParallel !== null)
      .filter(({ id }) => after === undefined || id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map((trial) => trial.toWaiting(this.now()))
  }

  async completeSweep(sweepId: string): Promise<boolean> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined || !sweep.hasEndedTrialsOnly) return false
    return sweep.move('completed', this.now())
  }

  async completeEndedSweeps(): Promise<number> {
    const done = await Promise.all([...this.sweeps.keys()].map((id) => this.completeSweep(id)))
    return done.filter(Boolean).length
  }

  async pauseSweep(sweepId: string, reason: string): Promise<SweepState | undefined> {
    const sweep = this.sweeps.get(sweepId)
    sweep?.move('paused', this.now(), reason)
    return sweep?.state
  }

  async pauseFailingSweep(sweepId: string): Promise<boolean> {
    const sweep = this.sweeps.get(sweepId)
    const reason = sweep?.state === 'running' ? sweep.judge(this.now()) : undefined
    return reason !== undefined && sweep?.move('paused', this.now(), reason) === true
  }

  async resumeSweep(sweepId: string): Promise<SweepState | undefined> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep?.state === 'paused' && sweep.move('running', this.now())) sweep.forgive()
    return sweep?.state
  }

  async cancelSweep(sweepId: string): Promise<SweepStanding | undefined> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined) return undefined
    if (!sweep.move('cancelled', this.now())) return { state: sweep.state, changedTrials: 0 }
    const open = sweep.trials.filter(({ state }) => state === 'queued' || state === 'running')
    for (const trial of open) trial.cancel(this.now())
    return { state: sweep.state, changedTrials: open.length }
  }

  async retryFailedTrials(sweepId: string): Promise<SweepStanding | undefined> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined) return undefined
    const failed = sweep.state === 'cancelled' ? [] : sweep.trials.filter(({ state }) => state === 'failed')
    for (const trial of failed) trial.retry()
    if (failed.length > 0) {
      sweep.move('running', this.now())
      sweep.forgive()
    }
    return { state: sweep.state, changedTrials: failed.length }
  }

  async updateSweep(sweepId: string, changes: SweepChanges): Promise<boolean> {
    const sweep = this.sweeps.get(sweepId)
    sweep?.change(changes)
    return sweep !== undefined
  }

  async deleteSweep(sweepId: string): Promise<SweepState | undefined> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined || sweep.state === 'running' || sweep.state === 'paused') return sweep?.state
    this.sweeps.delete(sweepId)
    for (const { id } of sweep.trials) this.trials.delete(id)
    return sweep.state
  }

  async registerWorker(worker: NewWorker, leaseMs: number): Promise<void> {
    this.workers.register(worker, leaseMs, this.now())
  }

  async beat({ worker, leaseMs, attempts }: WorkerBeat): Promise<BeatAnswer> {
    const drain = this.workers.see(worker, leaseMs, this.now())
    const lost = attempts.filter((fence) => {
      const trial = this.findRunning(fence)
      if (trial) trial.leaseEndsAt = this.now() + leaseMs
      return trial === undefined
    })
    return { lost, drain }
  }

  async deregisterWorker(workerId: string): Promise<void> {
    this.workers.deregister(workerId)
  }

  async requestDrain(workerId: string): Promise<WorkerState | undefined> {
    return this.workers.requestDrain(workerId, this.now())
  }

  async listWorkers(): Promise<readonly Worker[]> {
    return this.workers.list(this.now(), (workerId) =>
      this.listTrialsIn('running')
        .filter((trial) => trial.workerId === workerId)
        .map((trial) => toWorkerTrial(trial.toDetail(this.now(), null))),
    )
  }

  async removeOldWorkers(unseenMs: number): Promise<number> {
    return this.workers.remove(this.now() - unseenMs)
  }

  async ping(): Promise<void> {}
  async close(): Promise<void> {}

  private canRead({ sweep, hyperparameters }: MemoryTrial, claim: TrialClaim): boolean {
    try {
      parseStoredHyperparameters(hyperparameters)
      return true
    } catch (error) {
      this.unreadable.add(sweep.id)
      const left = { sweepId: sweep.id, sweepName: sweep.definition.name, problem: String(error) }
      claim.onUnreadable?.(left)
      return false
    }
  }

  private findRunning({ trialId, attempt }: Fence): MemoryTrial | undefined {
    const trial = this.trials.get(trialId)
    return trial?.isRunningAttempt(attempt) ? trial : undefined
  }

  private change(fence: Fence, apply: (trial: MemoryTrial) => void): boolean {
    const trial = this.findRunning(fence)
    if (trial) apply(trial)
    return trial !== undefined
  }

  private changeTrial(
    trialId: string,
    isAllowed: (trial: MemoryTrial) => boolean,
    apply: (trial: MemoryTrial) => void,
  ): TrialStanding | undefined {
    const trial = this.trials.get(trialId)
    if (trial === undefined) return undefined
    const isChanged = isAllowed(trial)
    if (isChanged) apply(trial)
    return { sweepId: trial.sweep.id, sweepState: trial.sweep.state, state: trial.state, isChanged }
  }

  private listTrialsIn(state: Trial['state']): MemoryTrial[] {
    return [...this.trials.values()].filter((trial) => trial.state === state)
  }

  private listClaimable(): MemoryTrial[] {
    return [...this.sweeps.values()].flatMap((sweep) => sweep.listClaimable())
  }

  private explain({ sweep, startsAt }: MemoryTrial): string {
    const workers = this.workers.list(this.now(), () => [])
    const alive = workers.filter(({ state }) => state === 'alive')
    return explainWaiting({
      sweepState: sweep.state,
      pauseReason: sweep.pauseReason,
      notBefore: new Date(startsAt),
      now: new Date(this.now()),
      maxParallel: sweep.maxParallel,
      runningOfSweep: sweep.count('running'),
      workers: alive.length,
      slots: alive.reduce((sum, { slots }) => sum + slots, 0),
      busySlots: this.listTrialsIn('running').filter(({ workerId }) =>
        alive.some(({ id }) => id === workerId),
      ).length,
      drainingWorkers: workers.filter(({ state }) => state === 'draining').length,
      isOutranked: this.listClaimable().some((other) => other.sweep.priority > sweep.priority),
    })
  }
}

function withoutDetails(detail: TrialDetail): Trial {
  const { waitingReason: _, history: __, score: ___, attemptHistory: ____, ...trial } = detail
  return trial
}

function toWorkerTrial({ id, sweepId, number, attempts, epochsDone, epochs }: TrialDetail) {
  return { trialId: id, sweepId, number, attempt: attempts, epochsDone, epochs }
}

function cutPage<T>(items: readonly T[], { limit, cursor }: ListQuery): Page<T> {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isInteger(start))
    throw new InvalidInputError([{ pointer: '#/cursor', detail: 'no page gave this cursor' }])
  const end = start + limit
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null }
}
