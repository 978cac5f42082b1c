import {
  type Attempt,
  type EpochMetrics,
  type FailureClass,
  METRIC_NAMES,
  parseStoredHyperparameters,
  parseStoredScore,
  type Score,
  type SkippedPoints,
  type Sweep,
  type SweepDefinition,
  type Trial,
  type TrialDetail,
  type TrialError,
} from '@sweepd/core'
import type {
  Attempt as AttemptRow,
  Epoch as EpochRow,
  Score as ScoreRow,
  Sweep as SweepRow,
  Trial as TrialRow,
} from './generated/client.js'
import { readMetric } from './operations/trials/trial-rows.js'

/** What the trials of a sweep add up to. */
export type SweepSummary = Pick<Sweep, 'trialCounts' | 'progress' | 'etaMs' | 'bestTrial' | 'accounting'>

/** What is read of a sweep's row. */
export type StoredSweepRow = Pick<
  SweepRow,
  | 'id'
  | 'definition'
  | 'state'
  | 'pauseReason'
  | 'priority'
  | 'maxParallel'
  | 'planned'
  | 'growing'
  | 'endReason'
  | 'skipped'
  | 'datasetDigest'
  | 'createdAt'
  | 'finishedAt'
>

/** What `findTrial` reads: a trial and all that hangs on it, each list in order. */
export interface TrialDetailRow extends TrialRow {
  readonly attemptHistory: readonly AttemptRow[]
  /** Of all retries. */
  readonly history: readonly EpochRow[]
  readonly score: ScoreRow | null
  readonly waitingReason: string | null
}

/** A stored trial in the words of core. JSON is parsed: it may be older than some fields. */
export function toTrial(row: TrialRow): Trial {
  return {
    id: row.id,
    sweepId: row.sweepId,
    number: row.number,
    state: row.state,
    hyperparameters: parseStoredHyperparameters(row.hyperparameters),
    metrics: toMetrics(row),
    epochsDone: row.epochsDone,
    epochs: row.epochs,
    attempts: row.attempts,
    retries: row.retries,
    durationMs: toDurationMs(row),
    error: toError(row),
    pruneReason: row.pruneReason,
    proposedBy: row.proposedBy,
    datasetDigest: row.datasetDigest,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

/** A stored trial with its history, score and attempts. */
export function toTrialDetail(row: TrialDetailRow): TrialDetail {
  return {
    ...toTrial(row),
    waitingReason: row.waitingReason,
    history: row.history.filter(({ retry }) => retry === row.retries).map(toEpochMetrics),
    score: row.score && toScore(row.score),
    attemptHistory: row.attemptHistory.map((attempt) => ({
      ...toAttempt(attempt),
      epochs: row.history.filter((epoch) => epoch.attempt === attempt.number).map(toEpochMetrics),
    })),
  }
}

/** A stored sweep with what its trials add up to. */
export function toSweep(row: StoredSweepRow, definition: SweepDefinition, summary: SweepSummary): Sweep {
  return {
    id: row.id,
    ...definition,
    priority: row.priority,
    maxParallel: row.maxParallel,
    state: row.state,
    pauseReason: row.pauseReason,
    endReason: row.endReason,
    skipped: toSkipped(row.skipped),
    datasetDigest: row.datasetDigest,
    ...summary,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}

/** Sweeps of older versions and most others have left no point out. */
export const toSkipped = (skipped: unknown): SkippedPoints =>
  (skipped as SkippedPoints | null) ?? { count: 0, points: [] }

function toMetrics(row: TrialRow): Trial['metrics'] {
  return Object.fromEntries(METRIC_NAMES.map((name) => [name, readMetric(row, name)])) as Trial['metrics']
}

/** Never negative, though the clock of the database may be ahead of ours. */
function toDurationMs({ startedAt, finishedAt }: TrialRow): number | null {
  return startedAt && Math.max(0, (finishedAt?.getTime() ?? Date.now()) - startedAt.getTime())
}

function toError(row: { errorClass: string | null; errorMessage: string | null }): TrialError | null {
  return row.errorClass === null
    ? null
    : { class: row.errorClass as FailureClass, message: row.errorMessage ?? '' }
}

function toEpochMetrics({ epoch, loss, acc, valLoss, valAcc, durationMs }: EpochRow): EpochMetrics {
  return { epoch, loss, acc, val_loss: valLoss, val_acc: valAcc, durationMs }
}

function toScore({ testLoss, testAcc, confusionMatrix, perClass }: ScoreRow): Score {
  return parseStoredScore({ test_loss: testLoss, test_acc: testAcc, confusionMatrix, perClass })
}

function toAttempt(row: AttemptRow): Omit<Attempt, 'epochs'> {
  return {
    number: row.number,
    retry: row.retry,
    workerId: row.workerId,
    outcome: row.outcome,
    error: toError(row),
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }
}
