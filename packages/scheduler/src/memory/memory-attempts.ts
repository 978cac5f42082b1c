import {
  type EpochMetrics,
  parseStoredHyperparameters,
  type Score,
  type TrialDetail,
  type TrialError,
  type Worker,
  type WorkerState,
} from '@sweepd/core'
import { judgeEpoch, type Verdict } from '@sweepd/search'
import type {
  BeatAnswer,
  ClaimedTrial,
  EpochAnswer,
  Fence,
  FinalMetrics,
  GpuRequest,
  GpuShare,
  NewWorker,
  Pruning,
  Requeueing,
  TrainedModel,
  TrialClaim,
  WaitingTrial,
  WorkerBeat,
} from '../ports.js'
import { MemoryRecords } from './memory-records.js'
import type { MemoryTrial } from './memory-trial.js'

/** What workers do to the store in memory: claims, reports and signs of life. */
export abstract class MemoryAttempts extends MemoryRecords {
  /** Sweeps that this version cannot read. */
  private readonly unreadable = new Set<string>()

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
    pruning?: Pruning,
  ): Promise<EpochAnswer> {
    const trial = this.findRunning(fence)
    if (trial === undefined) return 'stop'
    const isNew = trial.record(structuredClone(metrics), checkpoint, this.now() + leaseMs)
    const verdict = isNew && pruning ? judge(trial, pruning) : CONTINUE
    if (verdict.kind === 'prune') trial.prune(verdict.reason, this.now())
    if (verdict.kind === 'hold') trial.hold(this.now())
    if (verdict.kind !== 'continue') return verdict.kind === 'prune' ? 'pruned' : 'held'
    return trial.sweep.state === 'paused' && !trial.isAtLastEpoch ? 'pause' : 'continue'
  }

  async discardCheckpoint(fence: Fence): Promise<boolean> {
    const trial = this.findRunning(fence)
    trial?.discardCheckpoint()
    return trial !== undefined
  }

  async completeTrial(
    fence: Fence,
    score: Score,
    kept: EpochMetrics,
    model?: TrainedModel,
  ): Promise<boolean> {
    return this.change(fence, (trial) => {
      trial.complete(structuredClone(score), kept, this.now())
      trial.model = structuredClone(model)
    })
  }

  async ranksAmongBest(sweepId: string, metrics: FinalMetrics, count: number): Promise<boolean> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined) return false
    const { metric, direction } = sweep.definition.objective
    const sign = direction === 'maximize' ? 1 : -1
    const isBetter = (value: number | null) => value !== null && sign * value > sign * metrics[metric]
    const completed = sweep.trials.filter(({ state }) => state === 'completed')
    const values = completed.map((trial) => trial.toDetail(this.now(), null).metrics[metric])
    return values.filter(isBetter).length < count
  }

  async dropModels(sweepId: string, count: number): Promise<number> {
    const sweep = this.sweeps.get(sweepId)
    if (sweep === undefined) return 0
    const { metric, direction } = sweep.definition.objective
    const sign = direction === 'maximize' ? -1 : 1
    const rank = (trial: MemoryTrial) => sign * (trial.toDetail(this.now(), null).metrics[metric] ?? 0)
    const superfluous = sweep.trials
      .filter(({ model }) => model !== undefined)
      .sort((a, b) => rank(a) - rank(b) || sign * (a.id < b.id ? -1 : 1))
      .slice(count)
    for (const trial of superfluous) trial.model = undefined
    return superfluous.length
  }

  async findModel(trialId: string): Promise<TrainedModel | undefined> {
    return structuredClone(this.trials.get(trialId)?.model)
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

  async registerWorker(worker: NewWorker, leaseMs: number): Promise<void> {
    this.workers.register(worker, leaseMs, this.now())
  }

  async beat({ worker, leaseMs, attempts, gpus = [] }: WorkerBeat): Promise<BeatAnswer> {
    const drain = this.workers.see(worker, leaseMs, this.now())
    const lost = attempts.filter((fence) => {
      const trial = this.findRunning(fence)
      if (trial) trial.leaseEndsAt = this.now() + leaseMs
      return trial === undefined
    })
    const lostGpus = this.workers.renewGpus(worker.id, gpus, this.now() + leaseMs)
    return { lost, lostGpus, drain }
  }

  async leaseGpus(request: GpuRequest): Promise<readonly GpuShare[]> {
    return this.workers.leaseGpus(request, this.now())
  }

  async releaseGpu(workerId: string, share: GpuShare): Promise<void> {
    this.workers.releaseGpu(workerId, share)
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

  async countUnfinishedTrials(): Promise<number> {
    const running = [...this.sweeps.values()].filter(({ state }) => state === 'running')
    return running.reduce((sum, sweep) => sum + sweep.count('queued') + sweep.count('running'), 0)
  }

  async removeOldWorkers(unseenMs: number): Promise<number> {
    return this.workers.remove(this.now() - unseenMs)
  }

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

  private change(fence: Fence, apply: (trial: MemoryTrial) => void): boolean {
    const trial = this.findRunning(fence)
    if (trial) apply(trial)
    return trial !== undefined
  }
}

const CONTINUE: Verdict = { kind: 'continue' }

/** What the pruner makes of the trial's last epoch. */
function judge(trial: MemoryTrial, { pruner, objective }: Pruning): Verdict {
  const metric = objective.metric as keyof EpochMetrics
  const history = trial.listEpochs().map(({ metrics }) => metrics[metric])
  const peers = trial.sweep.trials
    .filter((other) => other !== trial)
    .flatMap((other) => other.listEpochs().filter(({ metrics }) => metrics.epoch === history.length))
    .map(({ metrics }) => metrics[metric])
  return judgeEpoch(pruner, { objective, epochs: trial.hyperparameters.epochs, history, peers })
}

function toWorkerTrial({ id, sweepId, number, attempts, epochsDone, epochs }: TrialDetail) {
  return { trialId: id, sweepId, number, attempt: attempts, epochsDone, epochs }
}
