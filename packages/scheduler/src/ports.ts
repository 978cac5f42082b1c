import type {
  AttemptOutcome,
  EpochMetrics,
  Hyperparameters,
  MetricName,
  Page,
  Score,
  SkippedPoints,
  SortOrder,
  Sweep,
  SweepChanges,
  SweepDefinition,
  SweepState,
  Trial,
  TrialCondition,
  TrialDetail,
  TrialError,
  TrialState,
  Worker,
} from '@sweepd/core'
import type { DatasetStore } from './dataset-ports.js'
import type { Growth, GrowthRevision, GrowthStep } from './growing/growth.js'
import type { SweepViews } from './view-ports.js'

/** Names one attempt of one trial. Every report carries it; a report of an earlier attempt is refused. */
export interface Fence {
  readonly trialId: string
  /** The fencing number: 1 for the first attempt, one more for each that follows. */
  readonly attempt: number
}

/** A sweep to store. */
export interface NewSweep {
  readonly id: string
  readonly definition: SweepDefinition
  /** Of the data set, if a person has added it; `definition.dataset` then names its version. */
  readonly datasetDigest?: string | undefined
  /** Names the request: of all sweeps with the same key, one is stored. */
  readonly idempotency?: { readonly key: string; readonly definitionHash: string } | undefined
  /** Trials that it is to have; it grows if it is stored with fewer. Default: those that it is stored with. */
  readonly planned?: number | undefined
  /** Why it will end with fewer trials than its sampler was asked for. */
  readonly endReason?: string | undefined
  readonly skipped?: SkippedPoints | undefined
  /** MiB that training one point may take, also of those that its sampler suggests later. Default: any number. */
  readonly maxTrialMemoryMiB?: number | undefined
}

/** The sweep that stands for a request: the new one, or an earlier one with the same idempotency key. */
export interface StoredSweep {
  readonly sweepId: string
  readonly isNew: boolean
  /** Of the definition that it was created from; null if it was created without an idempotency key. */
  readonly definitionHash: string | null
}

/** A trial to store; `number` counts from 0 within its sweep, and no two of a sweep share a hash. */
export interface NewTrial {
  readonly id: string
  readonly number: number
  readonly hyperparameters: Hyperparameters
  readonly hyperparametersHash: string
  /** The sampler that proposed its point. */
  readonly proposedBy?: string | undefined
}

/** Which page of a list. */
export interface ListQuery {
  /** At most this many items. */
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

/** Which sweeps to list. */
export interface SweepQuery extends ListQuery {
  /** Sweeps in this state only. */
  readonly state?: SweepState | undefined
}

/** Which trials to list, and in what order. */
export interface TrialQuery extends ListQuery {
  /** Trials with this metric come first, in its order; those without follow. Undefined: by creation, newest first. */
  readonly sort?: MetricName | undefined
  readonly order?: SortOrder | undefined
  readonly sweepId?: string | undefined
  readonly state?: TrialState | undefined
  /** All must hold, as `parseTrialFilter` reads them. */
  readonly conditions?: readonly TrialCondition[] | undefined
}

/** Who asks for a trial, and for how long the trial belongs to them without a sign of life. */
export interface TrialClaim {
  readonly workerId: string
  readonly leaseMs: number
  /** Told once of each sweep that this version cannot read and leaves to other workers. */
  readonly onUnreadable?: ((left: UnreadableSweep) => void) | undefined
}

/** A sweep whose definition or hyperparameters this version does not understand: it is newer, or damaged. */
export interface UnreadableSweep {
  readonly sweepId: string
  readonly sweepName: string
  readonly problem: string
}

/** By what a trial is judged after each epoch. */
export type Pruning = Pick<SweepDefinition, 'pruner' | 'objective'>

/** What a worker needs to train a trial that it has claimed. */
export interface ClaimedTrial extends Fence {
  readonly sweepId: string
  readonly number: number
  readonly dataset: SweepDefinition['dataset']
  /** SHA-256 (hex) of the data set, if a person has added it; null if it comes with sweepd. */
  readonly datasetDigest: string | null
  /** Epochs are scored on so many validation images; undefined: on all. */
  readonly validationSize: number | undefined
  readonly seed: number
  readonly hyperparameters: Hyperparameters
  /** Epochs that are stored and kept; training resumes with the next one. */
  readonly epochsDone: number
  /** Training state after those epochs; undefined if training starts from the first. */
  readonly checkpoint: Uint8Array | undefined
  readonly pruning: Pruning
  /** It ran out of memory before: train it while the worker's other slots are idle. */
  readonly alone: boolean
}

/** A trial that waits: `attempt` is the number that its next attempt will have. */
export interface WaitingTrial extends Fence {
  /** Milliseconds until it may start; 0 for at once. */
  readonly delayMs: number
}

/** Which claimable trials to list. */
export interface ClaimableQuery {
  readonly limit: number
  /** Those with a higher id only. */
  readonly after?: string | undefined
  /** Those of this sweep only. */
  readonly sweepId?: string | undefined
  /** Those of sweeps with `maxParallel` only. */
  readonly isLimited?: true | undefined
}

/**
 * The reply to a report: continue, give the trial back, or stop because it no longer belongs to this attempt. `pruned` and
 * `held` end the attempt, too: its trial has ended, or waits at a rung.
 */
export type EpochAnswer = 'continue' | 'pause' | 'stop' | 'pruned' | 'held'

/** How an attempt ends if its trial is requeued. */
export interface Requeueing {
  readonly outcome: Extract<AttemptOutcome, 'failed' | 'released' | 'paused'>
  readonly error: TrialError | null
  readonly delayMs: number
  /** Its next attempts have a worker to themselves. Undefined: as before. */
  readonly alone?: true | undefined
}

/** A worker as it introduces itself; what it does not say of its slots is null and none. */
export type NewWorker = Pick<Worker, 'id' | 'host' | 'device' | 'engine' | 'slots' | 'version' | 'pid'> &
  Partial<Pick<Worker, 'waitingReason' | 'slotDetails'>>

/** A part of a GPU for one slot: a GPU that several slots may share has several, counted from 0. */
export interface GpuShare {
  /** Its UUID. */
  readonly gpu: string
  readonly share: number
}

/** Asks for GPUs. */
export interface GpuRequest {
  readonly workerId: string
  readonly leaseMs: number
  /** UUIDs of the GPUs that the worker can use, the preferred first. */
  readonly gpus: readonly string[]
  /** Slots that may share a GPU. */
  readonly sharesPerGpu: number
  /** At most this many shares. */
  readonly limit: number
  /**
   * What the worker uses now, or is about to let go. It gets none of it; any other share that the store has as its own
   * (renewed, say, by a heartbeat that arrived after its sender had given up) it gets back at once.
   */
  readonly held?: readonly GpuShare[] | undefined
}

/** What a trial ends with. */
export type FinalMetrics = Readonly<Record<MetricName, number>>

/** A trained network as TensorFlow.js reads it: the text of model.json, and the bytes of the file of weights that it names. */
export interface TrainedModel {
  readonly json: string
  readonly weights: Uint8Array
}

/** A worker's sign of life. */
export interface WorkerBeat {
  readonly worker: NewWorker
  readonly leaseMs: number
  /** The attempts that it trains, whose leases are renewed. */
  readonly attempts: readonly Fence[]
  /** What it holds of GPUs, whose leases are renewed. */
  readonly gpus?: readonly GpuShare[] | undefined
}

/** What a worker is told after a beat. */
export interface BeatAnswer {
  /** Attempts that no longer belong to this worker: expired, cancelled or deleted. Stop them. */
  readonly lost: readonly Fence[]
  /** What another worker has taken of GPUs, as this one was silent for too long. Stop using it. */
  readonly lostGpus: readonly GpuShare[]
  /** Whether it was asked to take no more trials and to leave. */
  readonly drain: boolean
}

/** The state that a trial is in after it was asked to change. */
export interface TrialStanding {
  readonly sweepId: string
  readonly sweepState: SweepState
  readonly state: TrialState
  /** Whether this call changed it. */
  readonly isChanged: boolean
}

/** What a sweep is to become. */
export interface SweepExtension {
  readonly definition: SweepDefinition
  /** Trials that it is to have. */
  readonly planned: number
  /** Why these are fewer than its sampler is asked for. */
  readonly endReason: string | null
  /** Points of the wider definition that are left out; undefined if they are found out as it grows. */
  readonly skipped: SkippedPoints | undefined
  /** MiB that training one point may take from now on; null is any number. */
  readonly maxTrialMemoryMiB: number | null
}

/** The state that a sweep is in after it was asked to change. */
export interface SweepStanding {
  readonly state: SweepState
  /** How many of its trials this call changed. */
  readonly changedTrials: number
}

/**
 * Where sweeps, trials and workers are stored. Each method is one transaction. Methods that take a fence change nothing
 * and return false (or `stop`) unless that attempt is the trial's running one. A method that moves something
 * along TRIAL_TRANSITIONS or SWEEP_TRANSITIONS and finds it in another state changes nothing and returns that state;
 * it returns undefined if the id is unknown. Leases are measured by the store's own clock.
 */
export interface SweepStore extends SweepViews {
  /** Data sets that people have added. */
  readonly datasets: DatasetStore

  /**
   * Stores a sweep with all its trials, queued, or nothing at all. If another sweep has its idempotency key,
   * nothing is stored, and that one is returned. Throws InvalidInputError if its data set was removed meanwhile.
   */
  insertSweep(sweep: NewSweep, trials: readonly NewTrial[]): Promise<StoredSweep>
  findSweep(id: string): Promise<Sweep | undefined>
  /** Newest first. Throws InvalidInputError for a cursor that no page returned. */
  listSweeps(query: SweepQuery): Promise<Page<Sweep>>
  /** Throws InvalidInputError for a cursor that no page with the same sort returned. */
  listTrials(query: TrialQuery): Promise<Page<Trial>>
  findTrial(id: string): Promise<TrialDetail | undefined>

  /**
   * queued → running for the best waiting trial: of running sweeps in order of priority (highest first), then age,
   * the first by number that may start now; none of a sweep that runs `maxParallel` trials. Opens the attempt with its
   * lease. Epochs up to the checkpoint stay; those beyond it, or all if there is none, are dropped.
   */
  claimTrial(claim: TrialClaim): Promise<ClaimedTrial | undefined>
  /**
   * Stores an epoch once, makes it the trial's metrics, and renews the lease. The state of the training after it is
   * stored with it, or later by reporting the last epoch again; otherwise the same epoch again changes nothing. The last
   * epoch of a paused sweep's trial gets `continue`, because only the score is left to do. Throws RangeError for an epoch
   * that does not follow the last one.
   *
   * A new epoch is judged by the pruner in the same transaction: the trial is pruned, or queued and held, together with
   * the epoch or not at all. Whoever reports an epoch after which the trial may be held gives its checkpoint as well.
   */
  recordEpoch(
    fence: Fence,
    metrics: EpochMetrics,
    checkpoint: Uint8Array | undefined,
    leaseMs: number,
    pruning?: Pruning,
  ): Promise<EpochAnswer>
  /**
   * Forgets the checkpoint of a running attempt that cannot resume from it, and all epochs since the trial began or was
   * last retried: the next one to be recorded is the first.
   */
  discardCheckpoint(fence: Fence): Promise<boolean>
  /**
   * running → completed, with its score; `kept` is the epoch whose weights were scored. Drops the checkpoint, and keeps
   * the model if there is one.
   */
  completeTrial(fence: Fence, score: Score, kept: EpochMetrics, model?: TrainedModel): Promise<boolean>
  /** Whether fewer than `count` completed trials of the sweep are better than these metrics by its objective. */
  ranksAmongBest(sweepId: string, metrics: FinalMetrics, count: number): Promise<boolean>
  /** Forgets the models of the sweep's trials except those of the best `count`; returns how many. */
  dropModels(sweepId: string, count: number): Promise<number>
  /** The model of a completed trial, if it was kept. */
  findModel(trialId: string): Promise<TrainedModel | undefined>
  /** running → failed, for good. Drops the checkpoint. */
  failTrial(fence: Fence, error: TrialError): Promise<boolean>
  /** running → queued, to be attempted again after the delay. */
  requeueTrial(fence: Fence, ending: Requeueing): Promise<boolean>
  /**
   * running → queued for every trial whose lease has expired (attempt outcome `expired`) or that has no attempt.
   * Returns the trials that now wait.
   */
  requeueExpired(): Promise<readonly WaitingTrial[]>
  /** Queued or running → cancelled. */
  cancelTrial(trialId: string): Promise<TrialStanding | undefined>
  /** failed → queued, to start from scratch, and its sweep runs again; not if the sweep was cancelled. */
  retryTrial(trialId: string): Promise<TrialStanding | undefined>

  /** Queued trials of running sweeps that may start now, no more of each than `maxParallel` leaves room for. */
  countClaimableTrials(): Promise<number>
  /** Those trials and the delayed ones, after the id `after`, in order of id. */
  listClaimableTrials(query: ClaimableQuery): Promise<readonly WaitingTrial[]>

  /**
   * What a running sweep has come to that grows or holds trials at rungs, all as it was at one moment; undefined for
   * any other sweep.
   */
  findGrowth(sweepId: string): Promise<Growth | undefined>
  /** Takes a step that was decided on this revision; false, and nothing is changed, if the sweep has another by now. */
  growSweep(sweepId: string, revision: GrowthRevision, step: GrowthStep): Promise<boolean>
  /**
   * Gives a sweep that was not cancelled a wider definition and the trials that it is to have, if it has no more of them
   * by then; it grows, and a completed one runs again. Undefined if the id is unknown, false if it changed nothing.
   * Throws InvalidInputError if its data set was removed.
   */
  extendSweep(sweepId: string, extension: SweepExtension): Promise<boolean | undefined>
  /** Ids of the running sweeps that `findGrowth` finds. */
  listGrowingSweeps(): Promise<readonly string[]>
  /** Running or paused → completed, if each of its trials has ended and it grows no more. True if this call did it. */
  completeSweep(sweepId: string): Promise<boolean>
  /** The same for every sweep whose trials have ended; returns how many. */
  completeEndedSweeps(): Promise<number>
  /** running → paused. */
  pauseSweep(sweepId: string, reason: string): Promise<SweepState | undefined>
  /**
   * running → paused, if more than its maxFailureShare of the trials that ended since it was last resumed have
   * failed, at least 10 have ended (or all; 1 if the share is 0), and others wait. True if this call did it.
   */
  pauseFailingSweep(sweepId: string): Promise<boolean>
  /** paused → running; the failures so far are forgiven. */
  resumeSweep(sweepId: string): Promise<SweepState | undefined>
  /** Running or paused → cancelled, with all its queued and running trials. */
  cancelSweep(sweepId: string): Promise<SweepStanding | undefined>
  /** failed → queued for each of its failed trials, and the sweep runs; not if it was cancelled. */
  retryFailedTrials(sweepId: string): Promise<SweepStanding | undefined>
  /** Changes the given fields. Returns false if the id is unknown. */
  updateSweep(sweepId: string, changes: SweepChanges): Promise<boolean>
  /** Forgets a sweep that has ended, with everything that belongs to it; returns the state that it was in. */
  deleteSweep(sweepId: string): Promise<SweepState | undefined>

  /** Stores a worker as just started. */
  registerWorker(worker: NewWorker, leaseMs: number): Promise<void>
  /** Marks a worker as seen, also one that is not stored, and renews the leases of its attempts. */
  beat(beat: WorkerBeat): Promise<BeatAnswer>
  /**
   * Leases free shares of GPUs: those that nobody has, and those whose holder has let its lease run out. GPUs that nobody
   * uses come first, then those that the fewest share. Returns fewer than asked for if no more are free.
   */
  leaseGpus(request: GpuRequest): Promise<readonly GpuShare[]>
  /** Frees what this worker holds of GPUs. */
  releaseGpu(workerId: string, share: GpuShare): Promise<void>
  /** Marks a worker as stopped, and frees its GPUs. */
  deregisterWorker(workerId: string): Promise<void>
  /** Asks a worker to drain; returns its state, or undefined if the id is unknown. */
  requestDrain(workerId: string): Promise<Worker['state'] | undefined>
  /** Those alive first, then the last seen. */
  listWorkers(): Promise<readonly Worker[]>
  /** Queued and running trials of running sweeps. */
  countUnfinishedTrials(): Promise<number>
  /** Forgets workers, and leases of GPUs, that have not been seen for this long; returns how many workers. */
  removeOldWorkers(unseenMs: number): Promise<number>
  /** Forgets old lines of the event log, if it keeps one; returns how many. */
  trimLog(): Promise<number>

  /** Throws if the store cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * An invitation to claim: a worker that takes it claims the best waiting trial, which need not be the one that is
 * named. It carries ids, never state; they tell it from others.
 */
export interface TrialJob extends Fence {
  readonly delayMs?: number | undefined
}

/** Where jobs wait. It may lose everything at any moment: `reconcile` fills it again from the store. */
export interface TrialQueue {
  /**
   * Adds jobs in order; one that the queue already holds is left as it is, one that was processed before is added
   * again. Rejects, rather than waits for long, while the queue cannot be reached.
   */
  enqueue(jobs: readonly TrialJob[]): Promise<void>
  /** Jobs that a worker could take now: not those that are being processed, nor those whose delay is not over. */
  countWaitingJobs(): Promise<number>
  /** Those of these jobs that the queue does not hold, neither waiting nor delayed nor being processed. */
  listMissing<T extends Fence>(jobs: readonly T[]): Promise<T[]>
  /** Throws if the queue cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Runs a job to its end; what it throws is logged and the job is dropped, for `reconcile` to bring back. */
export type ProcessTrialJob = (job: Fence) => Promise<void>

/** Takes jobs from the queue, a fixed number at a time. */
export interface TrialConsumer {
  /** Takes no more jobs and waits for those in hand. */
  close(): Promise<void>
}

/** What every use-case works with. */
export interface SchedulerPorts {
  readonly store: SweepStore
  readonly queue: TrialQueue
}
