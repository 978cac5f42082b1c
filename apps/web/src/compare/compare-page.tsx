import { HYPERPARAMETER_NAMES, METRIC_NAMES, type TrialDetail } from '@sweepd/core'
import { Link } from 'wouter'
import { colorOf, dashOf } from '../charts/colors'
import { DataTable } from '../charts/data-table'
import { LineChart, type Series } from '../charts/line-chart'
import { Segmented } from '../charts/segmented'
import { useTrials } from '../data/queries'
import { useSearchState } from '../data/search-state'
import { Card, Empty, ErrorNotice, Loading, StateBadge } from '../parts/feedback'
import { usePageTitle } from '../shell/page-title'
import { MAX_PICKED } from '../sweep/picked-trials'
import { formatMetric, formatValue } from '../words/format'
import { MatrixDifference, PerClassComparison } from './class-comparison'

const METRICS = { val_acc: 'val_acc', val_loss: 'val_loss', acc: 'acc', loss: 'loss' } as const
type CurveMetric = keyof typeof METRICS

/** Two to six trials side by side: what differs, curves, classes. */
export default function ComparePage() {
  const [search, change] = useSearchState()
  const ids = (search.get('trials') ?? '')
    .split(',')
    .filter((id) => id !== '')
    .slice(0, MAX_PICKED)
  const { data: trials, error } = useTrials(ids)
  usePageTitle(trials ? `Trials ${trials.map(({ number }) => number).join(', ')} compared` : 'Compare')
  if (ids.length === 0)
    return <Empty>Pick two to {MAX_PICKED} trials in the leaderboard of a sweep to compare them here.</Empty>
  if (error && trials === undefined) return <ErrorNotice error={error} />
  if (trials === undefined) return <Loading what="the trials" height={520} />
  const [first] = trials
  const remove = (id: string) =>
    change({ trials: ids.filter((other) => other !== id).join(',') || null }, 'push')
  return (
    <>
      {first && (
        <p className="crumbs">
          <Link href="/">Sweeps</Link> / <Link href={`/sweeps/${first.sweepId}`}>back to the sweep</Link>
        </p>
      )}
      <div className="page-head">
        <h1>{trials.length === 1 ? '1 trial' : `${trials.length} trials compared`}</h1>
      </div>
      {error && <ErrorNotice error={error} />}
      <DifferenceCard
        trials={trials}
        onRemove={remove}
        isAll={search.get('all') === '1'}
        onAll={(isAll) => change({ all: isAll ? '1' : null })}
      />
      <CurvesCard
        trials={trials}
        metric={readMetric(search.get('metric'))}
        onMetric={(metric) => change({ metric })}
      />
      <PerClassComparison trials={trials} />
      <MatrixDifference trials={trials} />
    </>
  )
}

const readMetric = (name: string | null): CurveMetric =>
  name !== null && Object.hasOwn(METRICS, name) ? (name as CurveMetric) : 'val_acc'

/** A trial's name with its colour. */
export function TrialMark({ trial }: { readonly trial: Pick<TrialDetail, 'id' | 'number'> }) {
  return (
    <span className="nowrap">
      <span
        className="swatch"
        style={{
          borderTopColor: colorOf(trial.number),
          borderTopStyle: dashOf(trial.number) === '' ? 'solid' : 'dashed',
        }}
      />{' '}
      <Link href={`/trials/${trial.id}`}>trial {trial.number}</Link>
    </span>
  )
}

interface DifferenceCardProps {
  readonly trials: readonly TrialDetail[]
  readonly isAll: boolean
  readonly onAll: (isAll: boolean) => void
  readonly onRemove: (id: string) => void
}

function DifferenceCard({ trials, isAll, onAll, onRemove }: DifferenceCardProps) {
  const rows = HYPERPARAMETER_NAMES.map((name) => ({
    name,
    values: trials.map((trial) => trial.hyperparameters[name]),
  }))
  const differing = rows.filter(
    ({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1,
  )
  const shown = isAll ? rows : differing
  return (
    <Card
      title="Hyperparameters and metrics"
      note={
        isAll
          ? `all ${rows.length} hyperparameters`
          : `the ${differing.length} of ${rows.length} hyperparameters that differ`
      }
      end={
        <label className="row small">
          <input
            type="checkbox"
            checked={isAll}
            onChange={({ target }) => onAll(target.checked)}
            style={{ minHeight: 0 }}
          />{' '}
          show equal ones too
        </label>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label="Differences">
        <table className="lined">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">what</span>
              </th>
              {trials.map((trial) => (
                <th key={trial.id} scope="col" className="number">
                  <TrialMark trial={trial} />
                  {trials.length > 1 && (
                    <button
                      type="button"
                      className="plain"
                      aria-label={`Leave out trial ${trial.number}`}
                      onClick={() => onRemove(trial.id)}
                    >
                      ×
                    </button>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">state</th>
              {trials.map((trial) => (
                <td key={trial.id} className="number">
                  <StateBadge state={trial.state} />
                </td>
              ))}
            </tr>
            {shown.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {trials.map((trial, index) => (
                  <td key={trial.id} className="number">
                    {formatValue(values[index])}
                  </td>
                ))}
              </tr>
            ))}
            {METRIC_NAMES.map((metric) => (
              <MetricRow key={metric} metric={metric} trials={trials} />
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  )
}

function MetricRow({
  metric,
  trials,
}: {
  readonly metric: (typeof METRIC_NAMES)[number]
  readonly trials: readonly TrialDetail[]
}) {
  const values = trials.map((trial) => trial.metrics[metric])
  const known = values.filter((value) => value !== null)
  const best = metric.endsWith('acc') ? Math.max(...known) : Math.min(...known)
  return (
    <tr>
      <th scope="row">{metric}</th>
      {trials.map((trial, index) => (
        <td key={trial.id} className="number">
          {known.length > 1 && values[index] === best ? (
            <strong>
              {formatMetric(values[index])}
              <span className="visually-hidden"> (best)</span>
            </strong>
          ) : (
            formatMetric(values[index])
          )}
        </td>
      ))}
    </tr>
  )
}

interface CurvesCardProps {
  readonly trials: readonly TrialDetail[]
  readonly metric: CurveMetric
  readonly onMetric: (metric: CurveMetric) => void
}

function CurvesCard({ trials, metric, onMetric }: CurvesCardProps) {
  const series = trials.map(
    ({ id, number, state, history }): Series => ({
      ...{
        key: id,
        label: `trial ${number}`,
        color: colorOf(number),
        dash: dashOf(number),
        isLive: state === 'running',
      },
      x: history.map(({ epoch }) => epoch),
      y: history.map((epoch) => epoch[metric]),
    }),
  )
  const epochs = [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b)
  return (
    <Card
      title="Learning curves"
      note="raw, every epoch"
      end={<Segmented label="Metric" options={METRICS} value={metric} onChange={onMetric} />}
    >
      <LineChart
        series={series}
        summary={`${metric} by epoch of ${trials.length} trials`}
        height={300}
        x={{ label: 'epoch', isWhole: true, format: String }}
        y={{ label: metric, format: (value) => String(Number(value.toPrecision(4))) }}
      />
      <ul className="legend-list">
        {trials.map((trial) => (
          <li key={trial.id}>
            <TrialMark trial={trial} />
          </li>
        ))}
      </ul>
      <DataTable
        caption={`${metric} by epoch`}
        heads={['epoch', ...trials.map(({ number }) => `trial ${number}`)]}
        rows={epochs.map((epoch) => [
          String(epoch),
          ...series.map(({ x, y }) => formatMetric(y[x.indexOf(epoch)])),
        ])}
      />
    </Card>
  )
}
