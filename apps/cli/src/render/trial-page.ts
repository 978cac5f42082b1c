import { HYPERPARAMETER_NAMES, type MetricName, type TrialDetail } from '@sweepd/core'
import type { Column } from './columns.js'
import { formatReason } from './event-line.js'
import { formatValue } from './hyperparameters.js'
import { formatDuration, formatMetric } from './numbers.js'
import { renderSparkline } from './sparkline.js'
import { renderTable, type TableTarget } from './table.js'
import { toPlainLine, truncate, wrapWords } from './text.js'

const CURVES = ['loss', 'acc', 'val_loss', 'val_acc'] as const
const MAX_CURVE_WIDTH = 60

/** The sweep that a trial is shown with. */
export interface SweepOfTrial {
  readonly name: string
  /** Its curve is emphasised. */
  readonly metric: MetricName
}

/** One trial as a page: its state, hyperparameters, curves, score by class, and attempts. */
export function renderTrial(trial: TrialDetail, sweep: SweepOfTrial, target: TableTarget): string[] {
  const sections = [
    renderHead(trial, sweep, target),
    ['Hyperparameters', ...renderHyperparameters(trial, target.width)],
    trial.history.length === 0 ? [] : ['Curves, by epoch', ...renderCurves(trial, sweep, target)],
    renderScore(trial, target),
    trial.attemptHistory.length === 0 ? [] : ['Attempts', ...renderAttempts(trial, target)],
  ]
  return sections
    .filter(({ length }) => length > 0)
    .flatMap(([title = '', ...lines], index) =>
      index === 0 ? [title, ...lines] : ['', target.paint('bold', title), ...lines],
    )
}

function renderHead(trial: TrialDetail, { name }: SweepOfTrial, { width, paint }: TableTarget): string[] {
  const { number, state, epochsDone, epochs, durationMs, waitingReason, proposedBy } = trial
  const facts = [
    `${state}${formatReason(trial)}`,
    `epoch ${epochsDone} of ${epochs}`,
    ...(durationMs === null ? [] : [formatDuration(durationMs)]),
    ...(proposedBy === null ? [] : [`proposed by ${toPlainLine(proposedBy)}`]),
  ]
  return [
    paint('bold', truncate(`Trial ${number} of sweep ${toPlainLine(name)}`, width)),
    ...wrapWords(facts.join(', '), width),
    ...(waitingReason === null ? [] : wrapWords(`It waits: ${toPlainLine(waitingReason)}`, width)),
    paint('dim', `id ${trial.id}`),
  ]
}

const renderHyperparameters = ({ hyperparameters }: TrialDetail, width: number): string[] =>
  wrapWords(
    HYPERPARAMETER_NAMES.map(
      (name) => `${name}=${formatValue(hyperparameters[name]).replaceAll(' ', ',')}`,
    ).join(' '),
    width - 2,
  ).map((line) => `  ${line}`)

function renderCurves({ history }: TrialDetail, { metric }: SweepOfTrial, target: TableTarget): string[] {
  const nameWidth = Math.max(...CURVES.map(({ length }) => length))
  return CURVES.map((name) => {
    const values = history.map((epoch) => epoch[name])
    const best = name.endsWith('acc') ? Math.max(...values) : Math.min(...values)
    const tail = `${formatMetric(values[0])} → ${formatMetric(values.at(-1))}, best ${formatMetric(best)} after ${values.indexOf(best) + 1}`
    const room = Math.min(MAX_CURVE_WIDTH, target.width - nameWidth - tail.length - 6)
    const curve = room > 0 ? `${renderSparkline(values, room)}  ` : ''
    const line = truncate(`  ${name.padEnd(nameWidth)}  ${curve}${tail}`, target.width)
    return name === metric ? target.paint('cyan', line) : line
  })
}

/** Of more classes, those are shown that the network knows least. */
const MAX_CLASSES = 40

function renderScore({ score }: TrialDetail, target: TableTarget): string[] {
  if (score === null) return []
  const isCut = score.perClass.length > MAX_CLASSES
  const shown = isCut ? score.perClass.toSorted((a, b) => a.f1 - b.f1).slice(0, MAX_CLASSES) : score.perClass
  const cells = (head: string, key: 'precision' | 'recall' | 'f1', dropRank?: number): Column => ({
    cells: [head, ...shown.map((each) => formatMetric(each[key]))],
    align: 'right',
    ...(dropRank === undefined ? {} : { dropRank }),
  })
  const columns: Column[] = [
    { cells: ['class', ...shown.map(({ label }) => toPlainLine(label))] },
    cells('precision', 'precision', 2),
    cells('recall', 'recall', 1),
    cells('F1', 'f1'),
    {
      cells: ['images', ...shown.map(({ support }) => String(support))],
      align: 'right',
      dropRank: 0,
    },
  ]
  return [
    `Test images: accuracy ${formatMetric(score.test_acc)}, loss ${formatMetric(score.test_loss)}`,
    ...(isCut
      ? [`The ${MAX_CLASSES} of ${score.perClass.length} classes with the lowest F1; --json has all.`]
      : []),
    ...renderTable(columns, target),
  ]
}

const renderAttempts = ({ attemptHistory }: TrialDetail, { width }: TableTarget): string[] =>
  attemptHistory.flatMap(({ number, outcome, workerId, epochs, error }) =>
    wrapWords(
      `#${number} ${outcome} on ${toPlainLine(workerId)}, ${epochs.length} epochs${error === null ? '' : ` (${error.class}): ${toPlainLine(error.message)}`}`,
      width - 2,
    ).map((line) => `  ${line}`),
  )
