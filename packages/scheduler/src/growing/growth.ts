import type {
  DatasetFacts,
  FailureClass,
  Hyperparameters,
  ImpossiblePoint,
  SkippedPoints,
  SweepDefinition,
  TrialState,
} from '@sweepd/core'
import type { NewTrial } from '../ports.js'

/** A trial as its sampler, its pruner and its budget see it. */
export interface GrowingTrial {
  readonly id: string
  readonly number: number
  readonly state: TrialState
  /** Queued, and held at the rung of the epochs that it has done. */
  readonly isHeld: boolean
  /** Queued, and waiting for its retry. */
  readonly isDelayed: boolean
  readonly attempts: number
  readonly epochs: number
  readonly epochsDone: number
  readonly trainDurationMs: number
  readonly hyperparameters: Hyperparameters
  readonly hyperparametersHash: string
  /** The objective, as far as it is known. */
  readonly value: number | null
  readonly errorClass: FailureClass | null
  /** The objective after the epoch of each rung that it has passed since it began, or was last retried. */
  readonly atRungs: ReadonlyMap<number, number>
}

/** Tells whether a sweep is still what somebody has seen, as far as it matters to how it grows. */
export interface GrowthRevision {
  readonly trials: number
  readonly ended: number
  readonly held: number
  readonly historyVersion: number
}

/** What a sweep has come to that grows or holds trials. */
export interface Growth {
  readonly revision: GrowthRevision
  readonly definition: SweepDefinition
  /** Of the data set, if a person has added it; undefined also if it is gone. */
  readonly ownFacts: DatasetFacts | undefined
  /** MiB that training one point may take; null is any number. */
  readonly maxTrialMemoryMiB: number | null
  /** Trials that it is to have in the end. */
  readonly planned: number
  /** Its sampler is still to suggest trials. */
  readonly isGrowing: boolean
  readonly maxParallel: number | null
  /** Of the workers that are alive. */
  readonly slots: number
  /** Since the sweep was created. */
  readonly elapsedMs: number
  readonly skipped: SkippedPoints
  /** In order of number. Those that no attempt has begun are left out unless it grows or has a budget. */
  readonly trials: readonly GrowingTrial[]
  /** How many are left out. */
  readonly unbegun: number
}

/** What a sweep does next; all of it at once. */
export interface GrowthStep {
  /** Ids of held trials that wait for a worker again. */
  readonly promoted: readonly string[]
  /** Held trials that end. */
  readonly pruned: readonly { readonly id: string; readonly reason: string }[]
  /** Ids of trials that nobody has begun, and nobody will. */
  readonly cancelled: readonly string[]
  readonly added: readonly NewTrial[]
  /** Points that were left out on the way. */
  readonly skipped: readonly ImpossiblePoint[]
  /** No more trials follow these. */
  readonly isLast: boolean
  /** Why, if they are fewer than planned. */
  readonly endReason: string | null
}
