import { factsOf, type SweepChanges, type SweepState } from '@sweepd/core'
import { datasetGone } from '../datasets/own-datasets.js'
import type { Growth, GrowthRevision, GrowthStep } from '../growing/growth.js'
import type {
  ClaimableQuery,
  NewSweep,
  NewTrial,
  StoredSweep,
  SweepExtension,
  SweepStanding,
  SweepStore,
  TrialStanding,
  WaitingTrial,
} from '../ports.js'
import { MemoryAttempts } from './memory-attempts.js'
import { MemoryDatasets } from './memory-datasets.js'
import { MemorySweep } from './memory-sweep.js'
import type { MemoryTrial } from './memory-trial.js'

/** The store's contract in memory, for tests: every method is one transaction, by being synchronous. */
export class MemoryStore extends MemoryAttempts implements SweepStore {
  readonly datasets = new MemoryDatasets(
    () => this.now(),
    (dataset) =>
      [...this.sweeps.values()]
        .filter(({ state, definition }) => !hasEnded(state) && definition.dataset === dataset)
        .map(({ id }) => id),
  )

  async insertSweep(fields: NewSweep, trials: readonly NewTrial[]): Promise<StoredSweep> {
    if (new Set(trials.map((trial) => trial.hyperparametersHash)).size < trials.length)
      throw new Error('two trials of the sweep have the same hyperparameters')
    const key = fields.idempotency?.key
    const earlier = [...this.sweeps.values()].find(
      (other) => key !== undefined && other.idempotencyKey === key,
    )
    if (earlier) return earlier.toStored(false)
    const { dataset } = fields.definition
    if (fields.datasetDigest !== undefined && !this.datasets.has(dataset, fields.datasetDigest))
      throw datasetGone(dataset)
    const sweep = new MemorySweep(structuredClone(fields), structuredClone(trials), this.now())
    this.sweeps.set(sweep.id, sweep)
    for (const trial of sweep.trials) this.trials.set(trial.id, trial)
    return sweep.toStored(true)
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
        trial.sweep.forgetHistory()
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

  async findGrowth(sweepId: string): Promise<Growth | undefined> {
    const alive = this.workers.list(this.now(), () => []).filter(({ state }) => state === 'alive')
    const slots = alive.reduce((sum, worker) => sum + worker.slots, 0)
    const sweep = this.sweeps.get(sweepId)
    const own = sweep?.datasetDigest ? await this.datasets.findBytes(sweep.datasetDigest) : undefined
    return sweep?.findGrowth(this.now(), slots, own && factsOf(own.content))
  }

  async growSweep(sweepId: string, revision: GrowthRevision, step: GrowthStep): Promise<boolean> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep?.state !== 'running' || !isSame(sweep.revision, revision)) return false
    for (const trial of sweep.grow(step, this.now())) this.trials.set(trial.id, trial)
    return true
  }

  async extendSweep(sweepId: string, extension: SweepExtension): Promise<boolean | undefined> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep?.datasetDigest && !this.datasets.has(sweep.definition.dataset, sweep.datasetDigest))
      throw datasetGone(sweep.definition.dataset)
    return sweep?.extend(structuredClone(extension))
  }

  async listGrowingSweeps(): Promise<readonly string[]> {
    return [...this.sweeps.values()].filter((sweep) => sweep.findGrowth(this.now(), 0)).map(({ id }) => id)
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
    if (failed.length > 0) sweep.forgetHistory()
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

  /** It keeps no log. */
  async trimLog(): Promise<number> {
    return 0
  }

  async ping(): Promise<void> {}
  async close(): Promise<void> {}

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
}

const hasEnded = (state: SweepState): boolean => state === 'completed' || state === 'cancelled'
const isSame = (a: GrowthRevision, b: GrowthRevision): boolean =>
  a.trials === b.trials && a.ended === b.ended && a.held === b.held && a.historyVersion === b.historyVersion
