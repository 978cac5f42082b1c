import { formatDuration } from '../render/numbers.js'
import type { ModelResult } from './collect-results.js'
import type { Report } from './report.js'

/** Ours against the seed's figures, as a Markdown table. */
export function renderComparison(results: readonly ModelResult[]): string[] {
  const head = ['model', 'epochs', 'metric', 'seed', 'ours', 'points', 'within 1 point or above']
  return renderTable(
    [...head, 'val_acc', 'test_acc', 'seconds per epoch'],
    results.map(({ model, trial, percent, difference, isReached }) => [
      model.name,
      String(trial.epochsDone),
      model.metric,
      model.seedPercent.toFixed(2),
      percent.toFixed(2),
      `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(2)}`,
      isReached ? 'yes' : '**no**',
      formatPercent(trial.metrics.val_acc),
      formatPercent(trial.metrics.test_acc),
      (average(trial.history.map(({ durationMs }) => durationMs)) / 1000).toFixed(1),
    ]),
  )
}

/** The validation accuracy of every model after every epoch, as a Markdown table. */
export function renderEpochs(results: readonly ModelResult[]): string[] {
  const epochs = Math.max(...results.map(({ trial }) => trial.history.length))
  return renderTable(
    ['epoch', ...results.map(({ model }) => model.name)],
    Array.from({ length: epochs }, (_, index) => [
      String(index + 1),
      ...results.map(({ trial }) => formatPercent(trial.history[index]?.val_acc ?? null)),
    ]),
  )
}

/** The whole report as the section of docs/results.md. @param curves the address of the chart */
export function renderReport(report: Report, curves: string): string[] {
  const { commit, machine, wallTimeMs, wasInterrupted, results } = report
  const interruption = wasInterrupted ? ', interruptions included' : ''
  return [
    `Commit ${commit}; ${machine}; wall time ${formatDuration(wallTimeMs)}${interruption}.`,
    'Accuracies in percent, after the last epoch.',
    '',
    ...renderComparison(results),
    '',
    `![Validation accuracy by epoch](${curves})`,
    '',
    'Validation accuracy by epoch:',
    '',
    ...renderEpochs(results),
  ]
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const renderRow = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = renderRow(widths.map((width) => '-'.repeat(width)))
  return [renderRow(head), rule, ...rows.map(renderRow)]
}

const formatPercent = (share: number | null): string => (share === null ? '' : (share * 100).toFixed(2))

const average = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length
