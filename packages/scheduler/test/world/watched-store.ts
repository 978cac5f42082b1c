import { isDeepStrictEqual } from 'node:util'
import type { EpochMetrics } from '@sweepd/core'
import {
  type BeatAnswer,
  type ClaimedTrial,
  decideGrowth,
  type EpochAnswer,
  type Fence,
  type GrowthRevision,
  type GrowthStep,
  type NewSweep,
  type NewTrial,
  type Pruning,
  type Requeueing,
  type StoredSweep,
  type SweepExtension,
  type SweepStanding,
  type TrialClaim,
  type TrialStanding,
  type WaitingTrial,
  type WorkerBeat,
} from '../../src/index.js'
import { MemoryStore } from '../../src/memory/memory-store.js'
import { Ledger } from './ledger.js'
import { isRunning, takeSnapshot } from './snapshot.js'

/** The store in memory, with a witness who compares its answers with what they ought to be. */
export class WatchedStore extends MemoryStore {
  /** What was wrong so far. */
  readonly faults: string[] = []
  /** How often each sweep was completed, less how often it was opened again. */
  readonly completions = new Map<string, number>()
  /** The idempotency key of each sweep that has one. */
  readonly keys = new Map<string, string>()
  /** How many trials were added, or let go on. */
  grown = 0
  /** What happened besides, for stories that are too tame. */
  readonly sights = new Set<string>()
  /** How many sweeps paused themselves. */
  selfPauses = 0
  private readonly ledger = new Ledger()

  constructor(private readonly clock: () => number) {
    super(clock)
  }

  override async insertSweep(sweep: NewSweep, trials: readonly NewTrial[]): Promise<StoredSweep> {
    const stored = await super.insertSweep(sweep, trials)
    const key = sweep.idempotency?.key
    if (stored.isNew && key !== undefined) this.keys.set(stored.sweepId, key)
    if (!stored.isNew && this.keys.get(stored.sweepId) !== key)
      this.faults.push('a request got the sweep of another key')
    return stored
  }

  override async claimTrial(claim: TrialClaim): Promise<ClaimedTrial | undefined> {
    const best = this.ledger.findBest(await takeSnapshot(this), this.clock())
    const claimed = await super.claimTrial(claim)
    this.faults.push(...this.ledger.claim(best, claimed, this.clock() + claim.leaseMs))
    return claimed
  }

  override async recordEpoch(
    fence: Fence,
    metrics: EpochMetrics,
    checkpoint: Uint8Array | undefined,
    leaseMs: number,
    pruning?: Pruning,
  ): Promise<EpochAnswer> {
    const answer = await super.recordEpoch(fence, metrics, checkpoint, leaseMs, pruning)
    if (answer === 'stop') return answer
    this.ledger.recordEpoch(fence.trialId, metrics.epoch, checkpoint !== undefined)
    this.ledger.renewLease(fence, this.clock() + leaseMs)
    if (answer === 'held') this.ledger.hold(fence.trialId)
    return answer
  }

  override async requeueTrial(fence: Fence, ending: Requeueing): Promise<boolean> {
    const isDone = await super.requeueTrial(fence, ending)
    if (isDone) this.ledger.requeue(fence, ending, this.clock())
    return isDone
  }

  override async requeueExpired(): Promise<readonly WaitingTrial[]> {
    const now = this.clock()
    const expected = (await this.listDetails()).filter((trial) => this.ledger.isExpired(trial, now))
    const expired = await super.requeueExpired()
    const [ids, expectedIds] = [expired.map(({ trialId }) => trialId), expected.map(({ id }) => id)]
    if (!isDeepStrictEqual(ids, expectedIds))
      this.faults.push('a trial expired before its lease, or outlived it')
    return expired
  }

  override async beat(beat: WorkerBeat): Promise<BeatAnswer> {
    const trials = await this.listDetails()
    const answer = await super.beat(beat)
    const lost = beat.attempts.filter((fence) => !isRunning(trials, fence))
    if (!isDeepStrictEqual(answer.lost, lost))
      this.faults.push('a beat was told of other losses than there are')
    for (const fence of beat.attempts)
      if (!lost.includes(fence)) this.ledger.renewLease(fence, this.clock() + beat.leaseMs)
    return answer
  }

  /** Whoever asks at this moment must come to the same step. */
  override async growSweep(sweepId: string, revision: GrowthRevision, step: GrowthStep): Promise<boolean> {
    const growth = await this.findGrowth(sweepId)
    const isTaken = await super.growSweep(sweepId, revision, step)
    if (!isTaken) return false
    const expected = growth && decideGrowth(growth)
    if (!isDeepStrictEqual(withoutIds(expected), withoutIds(step)))
      this.faults.push('a sweep grew otherwise than its trials ask for')
    for (const id of step.promoted) this.ledger.promote(id)
    this.grown += step.added.length + step.promoted.length
    if (step.added.length > 0) this.sights.add('a sweep grows')
    if (step.promoted.length > 0) this.sights.add('a held trial goes on')
    if (step.cancelled.length > 0) this.sights.add('a budget cancels a trial')
    if (growth) this.compareWithFirst(growth.definition.name, step)
    return true
  }

  /** Trial n of a sampler that learns nothing has the same point in every story, whatever crashed in between. */
  private compareWithFirst(name: string, { added }: GrowthStep): void {
    for (const { number, hyperparametersHash } of added) {
      const first = FIRST_POINTS.get(`${name} ${number}`) ?? hyperparametersHash
      FIRST_POINTS.set(`${name} ${number}`, first)
      if (first !== hyperparametersHash)
        this.faults.push(`trial ${number} of "${name}" has another point than elsewhere`)
    }
  }

  override async extendSweep(sweepId: string, extension: SweepExtension): Promise<boolean | undefined> {
    const before = await this.findSweep(sweepId)
    const isChanged = await super.extendSweep(sweepId, extension)
    const after = await this.findSweep(sweepId)
    if (before?.state === 'completed' && after?.state === 'running') this.count(sweepId, -1)
    if (isChanged) this.sights.add(`a ${before?.state} sweep is extended`)
    return isChanged
  }

  override async completeSweep(sweepId: string): Promise<boolean> {
    const isDone = await super.completeSweep(sweepId)
    if (isDone) this.count(sweepId, 1)
    return isDone
  }

  override async pauseFailingSweep(sweepId: string): Promise<boolean> {
    const isDone = await super.pauseFailingSweep(sweepId)
    if (isDone) this.selfPauses++
    return isDone
  }

  override async retryTrial(trialId: string): Promise<TrialStanding | undefined> {
    return this.watchRetry(() => super.retryTrial(trialId))
  }

  override async retryFailedTrials(sweepId: string): Promise<SweepStanding | undefined> {
    return this.watchRetry(() => super.retryFailedTrials(sweepId))
  }

  private async watchRetry<T>(retry: () => Promise<T>): Promise<T> {
    const before = await takeSnapshot(this)
    const standing = await retry()
    const after = await takeSnapshot(this)
    for (const [index, { id, retries }] of before.trials.entries())
      if (after.trials[index]?.retries !== retries) this.ledger.forget(id)
    for (const [index, { id, state }] of before.sweeps.entries())
      if (state === 'completed' && after.sweeps[index]?.state === 'running') this.count(id, -1)
    return standing
  }

  private count(sweepId: string, change: number): void {
    this.completions.set(sweepId, (this.completions.get(sweepId) ?? 0) + change)
  }
}

const FIRST_POINTS = new Map<string, string>()

/** A step without the ids of its trials, which are new each time. */
const withoutIds = (step: GrowthStep | undefined) =>
  step && { ...step, added: step.added.map(({ id: _, ...trial }) => trial) }
