import type { EpochMetrics } from '@sweepd/core'
import { DataTable } from '../charts/data-table'
import { LineChart, type Series } from '../charts/line-chart'
import { Card, Empty } from '../parts/feedback'
import { formatDuration, formatMetric } from '../words/format'

interface TrialCurvesProps {
  readonly history: readonly EpochMetrics[]
  readonly isLive: boolean
}

/** Accuracy and loss by epoch, of training and validation, while they come. */
export function TrialCurves({ history, isLive }: TrialCurvesProps) {
  if (history.length === 0)
    return (
      <Card title="Curves">
        <Empty>No epoch has been recorded yet.</Empty>
      </Card>
    )
  return (
    <div className="columns">
      <CurveCard title="Accuracy" names={['acc', 'val_acc']} history={history} isLive={isLive} />
      <CurveCard title="Loss" names={['loss', 'val_loss']} history={history} isLive={isLive} />
    </div>
  )
}

type CurveName = 'acc' | 'val_acc' | 'loss' | 'val_loss'

interface CurveCardProps extends TrialCurvesProps {
  readonly title: string
  readonly names: readonly [training: CurveName, validation: CurveName]
}

function CurveCard({ title, names: [training, validation], history, isLive }: CurveCardProps) {
  const best = indexOfBest(
    history.map((epoch) => epoch[validation]),
    validation === 'val_acc',
  )
  const line = (name: CurveName, label: string, color: string, dash: string): Series => ({
    ...{ key: name, label, color, dash, isLive },
    x: history.map(({ epoch }) => epoch),
    y: history.map((epoch) => epoch[name]),
    marked: name === validation ? best : undefined,
  })
  const series = [
    line(training, `training, ${training}`, 'var(--series-1)', '5 3'),
    line(validation, `validation, ${validation}`, 'var(--series-0)', ''),
  ]
  const bestEpoch = history[best]
  const summary = bestEpoch
    ? `${validation} is best at epoch ${bestEpoch.epoch} of ${history.length}: ${formatMetric(bestEpoch[validation])}`
    : ''
  return (
    <Card title={title} note={summary}>
      <LineChart
        series={series}
        summary={`${title} by epoch. ${summary}`}
        x={{ label: 'epoch', isWhole: true, format: String }}
        y={{ label: title.toLowerCase(), format: (value) => String(Number(value.toPrecision(4))) }}
      />
      <ul className="legend-list">
        {series.map(({ key, label, color, dash }) => (
          <li key={key}>
            <span
              className="swatch"
              style={{ borderTopColor: color, borderTopStyle: dash === '' ? 'solid' : 'dashed' }}
            />{' '}
            {label}
          </li>
        ))}
        <li>◯ best epoch</li>
      </ul>
      <DataTable
        caption={`${title} of every epoch`}
        heads={['epoch', training, validation, 'time']}
        rows={history.map((epoch) => [
          String(epoch.epoch),
          formatMetric(epoch[training]),
          formatMetric(epoch[validation]),
          formatDuration(epoch.durationMs),
        ])}
      />
    </Card>
  )
}

/** The index of the highest or lowest value, the first of equal ones. */
export function indexOfBest(values: readonly number[], isMaximum: boolean): number {
  const best = isMaximum ? Math.max(...values) : Math.min(...values)
  return Math.max(0, values.indexOf(best))
}
