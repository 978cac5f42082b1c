import type { HyperparameterName, MetricName, Trial, TrialState } from '@sweepd/core'
import type { Style } from '../terminal/paint.js'
import type { Column } from './columns.js'
import { formatValue } from './hyperparameters.js'
import { formatDuration, formatMetric } from './numbers.js'
import { renderTable, type TableTarget } from './table.js'
import { toPlainLine, truncate } from './text.js'

const SHOWN_METRICS: readonly MetricName[] = ['val_acc', 'val_loss', 'test_acc']
const MAX_SWEEP_NAME = 30
/** What varies stays longest, the first axes longest of all. */
const DROP_RANK_OF_VARIED = 100

const STATE_STYLES: Readonly<Partial<Record<TrialState, Style>>> = {
  completed: 'green',
  pruned: 'yellow',
  failed: 'red',
  running: 'cyan',
}

/** What a leaderboard shows. */
export interface Leaderboard {
  /** Best first. */
  readonly trials: readonly Trial[]
  /** The metric of the order; it gets a column of its own if it has none. */
  readonly metric: MetricName
  readonly varied: readonly HyperparameterName[]
  /** Names of sweeps by id, where trials of several are shown. */
  readonly sweepNames?: ReadonlyMap<string, string> | undefined
}

/** Trials that count before those that failed or have not been measured; the order is otherwise kept. */
export function rankTrials(trials: readonly Trial[], metric: MetricName): Trial[] {
  return [
    ...trials.filter((trial) => isRanked(trial, metric)),
    ...trials.filter((trial) => !isRanked(trial, metric)),
  ]
}

const isRanked = ({ state, metrics }: Trial, metric: MetricName): boolean =>
  metrics[metric] !== null && state !== 'failed' && state !== 'cancelled'

/** A leaderboard as lines; a narrow terminal shows fewer columns. */
export function renderLeaderboard(leaderboard: Leaderboard, target: TableTarget): string[] {
  return renderTable(createColumns(leaderboard), target, (cell, row) => {
    const state = leaderboard.trials[row]?.state
    return cell === state ? target.paint(STATE_STYLES[state] ?? 'dim', cell) : cell
  })
}

/** The columns with their heads as first cells. */
function createColumns({ trials, metric, varied, sweepNames }: Leaderboard): Column[] {
  const column = (
    head: string,
    show: (trial: Trial, row: number) => string,
    layout: Partial<Column> = {},
  ) => ({
    cells: [head, ...trials.map(show)],
    ...layout,
  })
  const number = { align: 'right' } as const
  const metricColumn = (name: MetricName) =>
    column(name, ({ metrics }) => formatMetric(metrics[name]), {
      ...number,
      ...(name === metric ? {} : { dropRank: name === 'val_loss' ? 3 : 4 }),
    })
  const metrics = SHOWN_METRICS.includes(metric) ? SHOWN_METRICS : [metric, ...SHOWN_METRICS]
  return [
    column('rank', (trial, row) => (isRanked(trial, metric) ? String(row + 1) : '–'), {
      ...number,
      dropRank: 7,
    }),
    ...(sweepNames === undefined ? [] : [column('sweep', nameSweep(sweepNames), { dropRank: 6 })]),
    column('trial', (trial) => `#${trial.number}`, number),
    ...varied.map((name, index) =>
      column(name, ({ hyperparameters }) => formatValue(hyperparameters[name]), {
        dropRank: DROP_RANK_OF_VARIED - index,
      }),
    ),
    ...metrics.map(metricColumn),
    column('epochs', ({ epochsDone, epochs }) => `${epochsDone}/${epochs}`, { ...number, dropRank: 2 }),
    column('duration', formatTrialDuration, { ...number, dropRank: 1 }),
    column('state', ({ state }) => state, { dropRank: 5 }),
  ]
}

const nameSweep =
  (names: ReadonlyMap<string, string>) =>
  ({ sweepId }: Trial): string =>
    truncate(toPlainLine(names.get(sweepId) ?? sweepId), MAX_SWEEP_NAME)

const formatTrialDuration = ({ durationMs }: Trial): string =>
  durationMs === null ? '–' : formatDuration(durationMs)
