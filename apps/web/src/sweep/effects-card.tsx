import type { Sweep, SweepPoints } from '@sweepd/core'
import { DataTable } from '../charts/data-table'
import { robustDomain } from '../charts/domain'
import { PlotFrame } from '../charts/plot-frame'
import { Card, Empty } from '../parts/feedback'
import { formatMetric, formatShare } from '../words/format'
import { listVaryingAxes } from './columns'
import { computeEffects, type Effect } from './effects'

const HEIGHT = 210

/** One small plot for each axis, the one that explains most first. */
export function EffectsCard({ sweep, points }: { readonly sweep: Sweep; readonly points: SweepPoints }) {
  const { metric } = sweep.objective
  const values = points.metrics[metric].map((value, row) =>
    points.state[row] === 'completed' ? value : null,
  )
  const effects = computeEffects(points, values, listVaryingAxes(sweep))
  const count = values.filter((value) => value !== null).length
  return (
    <Card
      title="Effect of each axis"
      note={`${metric} of ${count} completed trials, whatever the other axes are`}
      footer="The share is that of the variance of the objective which lies between the values of the axis, not within them."
    >
      {effects.length === 0 ? (
        <Empty>At least two trials must have completed, and something must vary.</Empty>
      ) : (
        <>
          <div className="effects">
            {effects.map((effect) => (
              <EffectPlot key={effect.axis} effect={effect} values={values} metric={metric} />
            ))}
          </div>
          <DataTable
            caption="Mean objective by value of each axis"
            heads={['axis', 'value', 'trials', `mean ${metric}`]}
            rows={effects.flatMap(({ axis, groups }) =>
              groups.map(({ label, rows, mean }) => [axis, label, String(rows.length), formatMetric(mean)]),
            )}
          />
        </>
      )}
    </Card>
  )
}

function EffectPlot({
  effect: { axis, groups, share },
  values,
  metric,
}: {
  readonly effect: Effect
  readonly values: readonly (number | null)[]
  readonly metric: string
}) {
  const known = values.filter((value) => value !== null)
  const { domain } = robustDomain(known)
  const format = (value: number) => (Number.isInteger(value) ? shorten(groups[value]?.label ?? '') : '')
  const means = groups.map(({ label, mean }) => `${label}: ${formatMetric(mean)}`).join(', ')
  return (
    <figure style={{ margin: 0, minWidth: 0 }}>
      <figcaption>
        <strong>{axis}</strong> <span className="soft small">{formatShare(share)} of the spread</span>
      </figcaption>
      <PlotFrame
        height={HEIGHT}
        summary={`Mean ${metric} by ${axis}: ${means}`}
        x={{ label: axis, domain: [-0.5, groups.length - 0.5], isWhole: true, format }}
        y={{ label: metric, domain, format: (value) => String(Number(value.toPrecision(3))) }}
      >
        {({ x, y }) => (
          <>
            {groups.map(({ label, rows, mean }, index) => (
              <g key={label}>
                <path
                  d={rows
                    .map((row) => {
                      const place = x(index + (((row * 0.618_034) % 1) - 0.5) * 0.4)
                      return `M${place - 2} ${y(values[row] ?? 0)}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0`
                    })
                    .join('')}
                  fill="var(--quiet)"
                  fillOpacity={0.6}
                />
                <line
                  x1={x(index - 0.28)}
                  x2={x(index + 0.28)}
                  y1={y(mean)}
                  y2={y(mean)}
                  stroke="var(--accent)"
                  strokeWidth={3}
                  strokeLinecap="round"
                />
              </g>
            ))}
            <path
              d={`M${groups.map(({ mean }, index) => `${x(index)} ${y(mean)}`).join('L')}`}
              fill="none"
              stroke="var(--accent)"
              strokeOpacity={0.45}
              strokeDasharray="3 3"
            />
          </>
        )}
      </PlotFrame>
    </figure>
  )
}

/** Two digits are enough to tell the values of an axis apart under a small plot. */
const shorten = (label: string): string => {
  const value = Number(label)
  return Number.isFinite(value) && label.length > 6 ? String(Number(value.toPrecision(2))) : label
}
