import { type EpochMetrics, HYPERPARAMETER_NAMES, METRIC_NAMES, type Trial } from '@sweepd/core'

/** What an export holds. */
export const EXPORT_SUBJECTS = ['trials', 'epochs'] as const
/** What an export holds: a row for each trial, or for each epoch of each trial. */
export type ExportSubject = (typeof EXPORT_SUBJECTS)[number]

/** One row by column; JSON Lines keeps the values, CSV writes arrays and objects as JSON text. */
export type ExportRow = Readonly<Record<string, unknown>>

/** The hyperparameter `loss` names a function, and the metric of the same name is a number. */
const HYPERPARAMETER_COLUMNS = HYPERPARAMETER_NAMES.map((name) => ({
  name,
  column: name === 'loss' ? 'hyperparameters.loss' : name,
}))

/** The columns of each export, in order: a part of the contract, because programs read them by name. */
export const EXPORT_COLUMNS: Readonly<Record<ExportSubject, readonly string[]>> = {
  trials: [
    ...['number', 'trialId', 'state'],
    ...HYPERPARAMETER_COLUMNS.map(({ column }) => column),
    ...METRIC_NAMES,
    ...['epochsDone', 'attempts', 'retries', 'durationMs', 'createdAt', 'startedAt', 'finishedAt'],
    ...['errorClass', 'errorMessage'],
  ],
  epochs: ['number', 'trialId', 'epoch', 'loss', 'acc', 'val_loss', 'val_acc', 'durationMs'],
}

/** A trial as one flat row. */
export function toTrialRow({ id, hyperparameters, metrics, error, ...trial }: Trial): ExportRow {
  const point = HYPERPARAMETER_COLUMNS.map(({ name, column }) => [column, hyperparameters[name]])
  return {
    ...{ number: trial.number, trialId: id, state: trial.state },
    ...Object.fromEntries(point),
    ...Object.fromEntries(METRIC_NAMES.map((name) => [name, metrics[name]])),
    ...{ epochsDone: trial.epochsDone, attempts: trial.attempts, retries: trial.retries },
    ...{ durationMs: trial.durationMs, createdAt: trial.createdAt },
    ...{ startedAt: trial.startedAt, finishedAt: trial.finishedAt },
    ...{ errorClass: error?.class ?? null, errorMessage: error?.message ?? null },
  }
}

/** An epoch of a trial as one row. */
export function toEpochRow(trial: { trialId: string; number: number }, epoch: EpochMetrics): ExportRow {
  const { loss, acc, val_loss, val_acc, durationMs } = epoch
  return {
    ...{ number: trial.number, trialId: trial.trialId, epoch: epoch.epoch },
    ...{ loss, acc, val_loss, val_acc, durationMs },
  }
}
