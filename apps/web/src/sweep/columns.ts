import {
  type HyperparameterName,
  isRange,
  METRIC_NAMES,
  type MetricName,
  type Sweep,
  type SweepPoints,
  type TrialField,
} from '@sweepd/core'
import { formatDuration, formatMetric, formatValue } from '../words/format'

/** A column of the leaderboard. */
export interface Column {
  readonly field: TrialField
  readonly label: string
  readonly widthPx: number
  readonly isNumber: boolean
  readonly read: (points: SweepPoints, row: number) => string
}

/** Axes of the sweep with more than one value, in its own order. */
export function listVaryingAxes(sweep: Pick<Sweep, 'space'>): HyperparameterName[] {
  return (Object.keys(sweep.space) as HyperparameterName[]).filter((name) => {
    const axis = sweep.space[name]
    return axis !== undefined && (isRange(axis) ? axis.min < axis.max : axis.length > 1)
  })
}

/** The objective first, then what varies, then the rest. */
export function listColumns(sweep: Pick<Sweep, 'space' | 'objective'>): Column[] {
  const { metric } = sweep.objective
  const others = METRIC_NAMES.filter(
    (name) => name !== metric && name.startsWith('test') === metric.startsWith('test'),
  )
  const extra = METRIC_NAMES.filter((name) => name !== metric && !others.includes(name))
  return [
    column('number', 'trial', 64, (points, row) => String(points.number[row])),
    { ...column('state', 'state', 112, (points, row) => points.state[row] ?? ''), isNumber: false },
    metricColumn(metric),
    ...listVaryingAxes(sweep).map(axisColumn),
    ...[...extra, ...others].map(metricColumn),
    column('epochsDone', 'epochs', 84, (points, row) => `${points.epochsDone[row]} / ${points.epochs[row]}`),
    column('durationMs', 'time', 104, (points, row) => formatDuration(points.durationMs[row] ?? null)),
  ]
}

const metricColumn = (metric: MetricName): Column =>
  column(metric, metric, 92, (points, row) => formatMetric(points.metrics[metric][row]))

const axisColumn = (name: HyperparameterName): Column => ({
  ...column(name, name, Math.max(96, name.length * 8 + 34), (points, row) =>
    formatValue(points.hyperparameters[name]?.[row]),
  ),
})

function column(field: TrialField, label: string, widthPx: number, read: Column['read']): Column {
  return { field, label, widthPx, isNumber: true, read }
}
