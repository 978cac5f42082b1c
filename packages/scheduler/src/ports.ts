import type {
  EpochMetrics,
  Hyperparameters,
  MetricName,
  Page,
  Score,
  SortOrder,
  Sweep,
  SweepDefinition,
  SweepState,
  Trial,
  TrialDetail,
  TrialError,
  TrialState,
} from '@sweepd/core'

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
}

/** A trial to store; `number` counts from 0 within its sweep, and no two of a sweep share a hash. */
export interface NewTrial {
  readonly id: string
  readonly number: number
  readonly hyperparameters: Hyperparameters
  readonly hyperparametersHash: string
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
}

/** Who asks for which attempt, and for how long the trial is his without a sign of life. */
export interface TrialClaim extends Fence {
  readonly workerId: string
  readonly leaseMs: number
}

/** What a worker needs to train a trial that it has claimed. */
export interface ClaimedTrial extends Fence {
  readonly sweepId: string
  readonly number: number
  readonly dataset: SweepDefinition['dataset']
  readonly seed: number
  readonly hyperparameters: Hyperparameters
}

/** A trial that waits: `attempt` is the number that its next attempt will have. */
export interface WaitingTrial extends Fence {
  /** Milliseconds until it may start; 0 for at once. */
  readonly delayMs: number
}

/**
 * Sweeps and trials as they are kept. Each method is one transaction. Methods that take a fence change nothing
 * and answer false (or undefined) unless that attempt is the trial's running one.
 * Leases are measured by the store's own clock.
 */
export interface SweepStore {
  /** Stores a sweep with all its trials, queued, or nothing at all. */
  insertSweep(sweep: NewSweep, trials: readonly NewTrial[]): Promise<void>
  findSweep(id: string): Promise<Sweep | undefined>
  /** Newest first. Throws InvalidInputError for a cursor that no page gave. */
  listSweeps(query: SweepQuery): Promise<Page<Sweep>>
  /** Throws InvalidInputError for a cursor that no page with the same sort gave. */
  listTrials(query: TrialQuery): Promise<Page<Trial>>
  findTrial(id: string): Promise<TrialDetail | undefined>

  /**
   * queued → running, if the trial is queued and this is its next attempt. Opens the attempt with its lease and
   * drops the epochs of earlier ones.
   */
  claimTrial(claim: TrialClaim): Promise<ClaimedTrial | undefined>
  /** Puts the end of the lease `leaseMs` from now. */
  renewLease(fence: Fence, leaseMs: number): Promise<boolean>
  /** Stores an epoch once (the same one again changes nothing), makes it the trial's metrics, and renews the lease. */
  recordEpoch(fence: Fence, metrics: EpochMetrics, leaseMs: number): Promise<boolean>
  /** running → completed, with its score; `kept` is the epoch whose weights were scored. */
  completeTrial(fence: Fence, score: Score, kept: EpochMetrics): Promise<boolean>
  /** running → failed, for good. */
  failTrial(fence: Fence, error: TrialError): Promise<boolean>
  /** running → queued, to start again after the delay. */
  requeueTrial(
    fence: Fence,
    ending: { outcome: 'failed' | 'released'; error: TrialError | null; delayMs: number },
  ): Promise<boolean>
  /** running → queued for every trial whose lease has run out (attempt outcome `expired`); answers what now waits. */
  requeueExpired(): Promise<readonly WaitingTrial[]>
  /** Queued trials after the id `after`, in order of id. */
  listWaitingTrials(page: { after?: string | undefined; limit: number }): Promise<readonly WaitingTrial[]>
  countWaitingTrials(): Promise<number>
  /** running → completed, if each of its trials has ended. True if this call did it. */
  completeSweep(sweepId: string): Promise<boolean>
  /** Throws if the store cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The message that tells a worker to attempt a trial. It carries ids, never state. */
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
  /** Jobs that wait or are delayed, not those that are being processed. */
  countWaitingJobs(): Promise<number>
  /** Throws if the queue cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Runs a job to its end; what it throws is logged and the job is dropped, for `reconcile` to bring back. */
export type ProcessTrialJob = (job: Fence, signal: AbortSignal) => Promise<void>

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
