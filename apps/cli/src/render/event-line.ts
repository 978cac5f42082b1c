import type { EpochMetrics, HyperparameterName, Trial } from '@sweepd/core'
import type { Paint } from '../terminal/paint.js'
import { formatPoint } from './hyperparameters.js'
import { formatDuration, formatMetric } from './numbers.js'
import { toPlainLine } from './text.js'

/** Something that happened to a trial of a sweep that is followed. */
export type TrialEvent =
  | { readonly type: 'started'; readonly trial: Trial }
  | { readonly type: 'epoch'; readonly trial: Trial; readonly metrics: EpochMetrics }
  | { readonly type: 'ended'; readonly trial: Trial }

/** An event as one line: `trial 0  epoch 2/3  loss 0.4512  …`. */
export function renderEvent(event: TrialEvent, varied: readonly HyperparameterName[], paint: Paint): string {
  const { trial } = event
  const name = [`trial ${trial.number}`, formatPoint(trial.hyperparameters, varied)]
    .filter(Boolean)
    .join('  ')
  switch (event.type) {
    case 'started':
      return `${name}  started${trial.attempts > 1 ? ` (attempt ${trial.attempts})` : ''}`
    case 'epoch':
      return `${name}  epoch ${event.metrics.epoch}/${trial.epochs}  ${formatEpoch(event.metrics)}`
    case 'ended':
      return renderEnded(trial, name, paint)
  }
}

const formatEpoch = ({ loss, acc, val_loss, val_acc, durationMs }: EpochMetrics): string =>
  [
    ...Object.entries({ loss, acc, val_loss, val_acc }).map(
      ([name, value]) => `${name} ${formatMetric(value)}`,
    ),
    `(${formatDuration(durationMs)})`,
  ].join('  ')

function renderEnded(trial: Trial, name: string, paint: Paint): string {
  const { state, metrics, durationMs } = trial
  if (state === 'failed') return paint('red', `✘ ${name}  failed${formatReason(trial)}`)
  const scores = (['val_acc', 'test_acc'] as const)
    .filter((metric) => metrics[metric] !== null)
    .map((metric) => `${metric} ${formatMetric(metrics[metric])}`)
  const mark = state === 'completed' ? paint('green', '✔') : paint('yellow', '–')
  const duration = durationMs === null ? [] : [formatDuration(durationMs)]
  return [`${mark} ${name}`, `${state}${formatReason(trial)}`, ...scores, ...duration].join('  ')
}

/** Why a trial failed or was pruned: ` (diverged): the loss is not a number`. */
export function formatReason({ error, pruneReason }: Trial): string {
  if (pruneReason !== null) return `: ${toPlainLine(pruneReason)}`
  return error === null ? '' : ` (${error.class}): ${toPlainLine(error.message)}`
}
