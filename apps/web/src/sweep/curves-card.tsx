import type { Sweep } from '@sweepd/core'
import { Link } from 'wouter'
import { colorOf, dashOf } from '../charts/colors'
import { DataTable } from '../charts/data-table'
import { LineChart, type Series } from '../charts/line-chart'
import { Segmented } from '../charts/segmented'
import { useCurves } from '../data/queries'
import { useSearchState } from '../data/search-state'
import { Card, Empty, ErrorNotice, Loading } from '../parts/feedback'
import { indexOfBest } from '../trial/trial-curves'
import { formatMetric } from '../words/format'
import { usePickedTrials } from './picked-trials'

const METRICS = { val_acc: 'val_acc', val_loss: 'val_loss', acc: 'acc', loss: 'loss' } as const
const COUNTS = { '5': '5', '10': '10', '25': '25' } as const
const UNITS = { epoch: 'epochs', seconds: 'seconds' } as const

const pick = <T extends string>(
  options: Readonly<Record<T, string>>,
  name: string | null,
  otherwise: T,
): T => (name !== null && Object.hasOwn(options, name) ? (name as T) : otherwise)

/** Curves of the picked trials, or of the best few. */
export function CurvesCard({ sweep }: { readonly sweep: Sweep }) {
  const [search, change] = useSearchState()
  const [picked] = usePickedTrials()
  const metric = pick(METRICS, search.get('curve'), 'val_acc')
  const count = pick(COUNTS, search.get('best'), '10')
  const unit = pick(UNITS, search.get('by'), 'epoch')
  const { data, error } = useCurves(sweep, picked.length > 0 ? { trials: picked } : { best: Number(count) })
  const curves = data?.curves.filter(({ epoch }) => epoch.length > 0) ?? []
  const series = curves.map(
    (curve): Series => ({
      ...{
        key: curve.trialId,
        label: `trial ${curve.number}`,
        color: colorOf(curve.number),
        dash: dashOf(curve.number),
      },
      ...{ x: curve[unit], y: curve[metric], isLive: curve.state === 'running' },
      marked: indexOfBest(curve[metric], metric.endsWith('acc')),
    }),
  )
  return (
    <Card
      title="Learning curves"
      note={
        data &&
        `${picked.length > 0 ? `${series.length} picked` : `${series.length} best`} of ${data.total} trials, raw`
      }
      end={
        <>
          <Segmented
            label="Metric"
            options={METRICS}
            value={metric}
            onChange={(name) => change({ curve: name })}
          />
          <Segmented
            label="Horizontal axis"
            options={UNITS}
            value={unit}
            onChange={(name) => change({ by: name })}
          />
          {picked.length === 0 && (
            <Segmented
              label="How many of the best"
              options={COUNTS}
              value={count}
              onChange={(name) => change({ best: name })}
            />
          )}
        </>
      }
    >
      {error && <ErrorNotice error={error} />}
      {data === undefined && !error && <Loading what="the curves" height={330} />}
      {data && series.length === 0 && <Empty>No trial has finished an epoch yet.</Empty>}
      {series.length > 0 && (
        <>
          <LineChart
            series={series}
            height={330}
            summary={`${metric} by ${unit} of ${series.length} trials`}
            x={{
              label: unit === 'epoch' ? 'epoch' : 'seconds of training',
              isWhole: unit === 'epoch',
              format: (value) => String(Number(value.toPrecision(4))),
            }}
            y={{ label: metric, format: (value) => String(Number(value.toPrecision(4))) }}
          />
          <ul className="legend-list">
            {curves.map(({ trialId, number }) => (
              <li key={trialId}>
                <span
                  className="swatch"
                  style={{
                    borderTopColor: colorOf(number),
                    borderTopStyle: dashOf(number) === '' ? 'solid' : 'dashed',
                  }}
                />{' '}
                <Link href={`/trials/${trialId}`}>{number}</Link>
              </li>
            ))}
            <li className="soft">◯ best epoch</li>
          </ul>
          <DataTable
            caption={`${metric} of these trials by epoch`}
            heads={['trial', 'epoch', 'seconds', metric]}
            rows={curves.flatMap((curve) =>
              curve.epoch.map((epoch, index) => [
                String(curve.number),
                String(epoch),
                (curve.seconds[index] ?? 0).toFixed(1),
                formatMetric(curve[metric][index]),
              ]),
            )}
          />
        </>
      )}
    </Card>
  )
}
