import {
  bestFirst,
  InvalidInputError,
  type Page,
  type Sweep,
  type Trial,
  type TrialDetail,
} from '@sweepd/core'
import type { Fence, ListQuery, SweepQuery, TrialQuery } from '../ports.js'
import { explainWaiting } from '../trials/explain-waiting.js'
import type { MemorySweep } from './memory-sweep.js'
import type { MemoryTrial } from './memory-trial.js'
import { createMemoryViews, holds } from './memory-views.js'
import { MemoryWorkers } from './memory-workers.js'

/** What the store in memory keeps, and how it is looked up and listed. Nothing here changes it. */
export class MemoryRecords {
  protected readonly sweeps = new Map<string, MemorySweep>()
  protected readonly trials = new Map<string, MemoryTrial>()
  protected readonly workers = new MemoryWorkers()
  private readonly views = createMemoryViews(() => this.listDetails())
  readonly listPoints = this.views.listPoints
  readonly listByNumber = this.views.listByNumber
  readonly listCurves = this.views.listCurves
  readonly listSpans = this.views.listSpans

  /** `now` is the store's clock, in milliseconds. */
  constructor(protected readonly now: () => number = Date.now) {}

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

  async listTrials({
    sort,
    order,
    sweepId,
    state,
    conditions = [],
    ...query
  }: TrialQuery): Promise<Page<Trial>> {
    const trials = (await this.listDetails())
      .filter((trial) => sweepId === undefined || trial.sweepId === sweepId)
      .filter((trial) => state === undefined || trial.state === state)
      .filter((trial) => conditions.every((condition) => holds(trial, condition)))
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

  /** The trial, if this attempt is its running one. */
  protected findRunning({ trialId, attempt }: Fence): MemoryTrial | undefined {
    const trial = this.trials.get(trialId)
    return trial?.isRunningAttempt(attempt) ? trial : undefined
  }

  protected listTrialsIn(state: Trial['state']): MemoryTrial[] {
    return [...this.trials.values()].filter((trial) => trial.state === state)
  }

  protected listClaimable(): MemoryTrial[] {
    return [...this.sweeps.values()].flatMap((sweep) => sweep.listClaimable())
  }

  private explain({ sweep, startsAt, isHeld, epochsDone }: MemoryTrial): string {
    const workers = this.workers.list(this.now(), () => [])
    const alive = workers.filter(({ state }) => state === 'alive')
    return explainWaiting({
      sweepState: sweep.state,
      pauseReason: sweep.pauseReason,
      notBefore: isHeld ? null : new Date(startsAt),
      heldAt: isHeld ? epochsDone : null,
      now: new Date(this.now()),
      maxParallel: sweep.maxParallel,
      runningOfSweep: sweep.count('running'),
      workers: alive.length,
      slots: alive.reduce((sum, { slots }) => sum + slots, 0),
      busySlots: this.listTrialsIn('running').filter(({ workerId }) =>
        alive.some(({ id }) => id === workerId),
      ).length,
      drainingWorkers: workers.filter(({ state }) => state === 'draining').length,
      waitingWorkers: workers.filter(({ state }) => state === 'waiting').length,
      isOutranked: this.listClaimable().some((other) => other.sweep.priority > sweep.priority),
    })
  }
}

function withoutDetails(detail: TrialDetail): Trial {
  const { waitingReason: _, history: __, score: ___, attemptHistory: ____, ...trial } = detail
  return trial
}

function cutPage<T>(items: readonly T[], { limit, cursor }: ListQuery): Page<T> {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isInteger(start))
    throw new InvalidInputError([{ pointer: '#/cursor', detail: 'no page gave this cursor' }])
  const end = start + limit
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null }
}
