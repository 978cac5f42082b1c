import type { Sweep, SweepPoints } from '@sweepd/core'
import { type PointerEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { DataTable } from '../charts/data-table'
import { robustDomain } from '../charts/domain'
import { type Frame, MARGIN, PlotFrame } from '../charts/plot-frame'
import { Segmented } from '../charts/segmented'
import { useSearchState } from '../data/search-state'
import { Card, Empty } from '../parts/feedback'
import { formatElapsed, formatMetric, isMaximized } from '../words/format'

const UNITS = { time: 'by time', trial: 'by trial' } as const
const HEIGHT = 300
const REACH_PX = 18

interface ObjectiveCardProps {
  readonly sweep: Sweep
  readonly points: SweepPoints
  readonly isSelected: readonly boolean[]
}

interface Dot {
  readonly id: string
  readonly number: number
  readonly x: number
  readonly y: number
  readonly isSelected: boolean
}

/** Each trial's objective where it ended, and the best so far as a staircase. */
export function ObjectiveCard({ sweep, points, isSelected }: ObjectiveCardProps) {
  const [search, change] = useSearchState()
  const unit = search.get('over') === 'trial' ? 'trial' : 'time'
  const { metric } = sweep.objective
  const dots = listDots(sweep, points, isSelected, unit)
  const stairs = listRecords(dots, isMaximized(sweep.objective))
  const best = stairs.at(-1)
  const format = unit === 'time' ? formatElapsed : String
  const summary = best
    ? `${metric} of ${dots.length} ended trials; the best, ${formatMetric(best.y)}, is trial ${best.number}`
    : 'no trial has ended yet'
  return (
    <Card
      title="Objective and best so far"
      note={`${metric} of ${dots.length} ended trials${points.id.length < points.total ? ` of ${points.id.length} drawn` : ''}`}
      end={
        <Segmented
          label="Horizontal axis"
          options={UNITS}
          value={unit}
          onChange={(name) => change({ over: name })}
        />
      }
    >
      {best === undefined ? (
        <Empty>No trial has ended yet.</Empty>
      ) : (
        <>
          <Scatter
            dots={dots}
            stairs={stairs}
            summary={summary}
            metric={metric}
            unit={unit}
            format={format}
          />
          <DataTable
            caption="Trials that were the best so far when they ended"
            heads={['trial', unit === 'time' ? 'after' : 'number', metric]}
            rows={stairs.map(({ number, x, y }) => [String(number), format(x), formatMetric(y)])}
          />
        </>
      )}
    </Card>
  )
}

function listDots(
  sweep: Sweep,
  points: SweepPoints,
  isSelected: readonly boolean[],
  unit: keyof typeof UNITS,
): Dot[] {
  const values = points.metrics[sweep.objective.metric]
  const begin = Date.parse(sweep.createdAt)
  return points.id
    .flatMap((id, row): Dot[] => {
      const [value, finishedAt, number] = [values[row], points.finishedAt[row], points.number[row] ?? 0]
      if (value === null || value === undefined || finishedAt === null || finishedAt === undefined) return []
      const x = unit === 'time' ? (Date.parse(finishedAt) - begin) / 1000 : number
      return [{ id, number, x, y: value, isSelected: isSelected[row] === true }]
    })
    .sort((a, b) => a.x - b.x || a.number - b.number)
}

/** The dots that are better than all before them. */
function listRecords<T extends { readonly y: number }>(dots: readonly T[], isMaximum: boolean): T[] {
  const records: T[] = []
  for (const dot of dots) {
    const last = records.at(-1)
    if (last === undefined || (isMaximum ? dot.y > last.y : dot.y < last.y)) records.push(dot)
  }
  return records
}

interface ScatterProps {
  readonly dots: readonly Dot[]
  readonly stairs: readonly Dot[]
  readonly summary: string
  readonly metric: string
  readonly unit: keyof typeof UNITS
  readonly format: (value: number) => string
}

function Scatter({ dots, stairs, summary, metric, unit, format }: ScatterProps) {
  const [hovered, setHovered] = useState<Dot>()
  const [, navigate] = useLocation()
  const { domain, outside } = robustDomain(dots.map(({ y }) => y))
  const last = dots.at(-1)?.x ?? 1
  const first = unit === 'time' ? 0 : (dots[0]?.x ?? 0)
  const hover = (frame: Frame) => (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect()
    if (box) setHovered(findDot(dots, frame, event.clientX - box.left, event.clientY - box.top))
  }
  return (
    <>
      <PlotFrame
        height={HEIGHT}
        summary={summary}
        x={{
          label: unit === 'time' ? 'since the sweep began' : 'trial',
          domain: [first, last > first ? last : first + 1],
          format,
        }}
        y={{ label: metric, domain, format: (value) => String(Number(value.toPrecision(4))) }}
        overlay={(frame) =>
          hovered && (
            <div
              className="tooltip"
              style={{
                top: Math.max(0, frame.y(hovered.y) - 46),
                ...(frame.x(hovered.x) > frame.width / 2
                  ? { right: frame.width - frame.x(hovered.x) + 10 }
                  : { left: frame.x(hovered.x) + 10 }),
              }}
            >
              <strong>trial {hovered.number}</strong> · {metric} {formatMetric(hovered.y)}
              <br />
              {unit === 'time' ? `ended after ${format(hovered.x)}` : 'click to open it'}
            </div>
          )
        }
      >
        {(frame) => (
          <>
            <path
              d={dotsPath(
                dots.filter(({ isSelected }) => !isSelected),
                frame,
                2.2,
              )}
              fill="var(--quiet)"
              fillOpacity={0.45}
            />
            <path
              d={dotsPath(
                dots.filter(({ isSelected }) => isSelected),
                frame,
                3.2,
              )}
              fill="var(--series-0)"
              fillOpacity={0.75}
            />
            <path d={stairsPath(stairs, frame, last)} fill="none" stroke="var(--series-1)" strokeWidth={2} />
            {hovered && (
              <circle
                cx={frame.x(hovered.x)}
                cy={frame.y(hovered.y)}
                r={6}
                fill="none"
                stroke="var(--text)"
                strokeWidth={1.5}
              />
            )}
            {/* biome-ignore lint/a11y/noStaticElementInteractions: the leaderboard has the same trials as links */}
            <rect
              x={MARGIN.left}
              width={Math.max(0, frame.width - MARGIN.left)}
              height={HEIGHT - MARGIN.bottom}
              fill="transparent"
              style={{ cursor: hovered ? 'pointer' : 'default' }}
              onPointerMove={hover(frame)}
              onPointerLeave={() => setHovered(undefined)}
              onClick={() => hovered && navigate(`/trials/${hovered.id}`)}
            />
          </>
        )}
      </PlotFrame>
      <ul className="legend-list">
        <li>
          <span style={{ color: 'var(--series-0)' }}>●</span> a trial
        </li>
        <li>
          <span className="swatch" style={{ borderTopColor: 'var(--series-1)' }} /> best so far
        </li>
        {outside > 0 && <li className="soft">{outside} trials far off are outside the picture</li>}
      </ul>
    </>
  )
}

/** All dots as one path: thousands cost no more than a few. */
function dotsPath(dots: readonly Dot[], frame: Frame, radius: number): string {
  const [bottom, top] = frame.y.range() as [number, number]
  return dots
    .map(({ x, y }) => {
      const cy = Math.min(bottom, Math.max(top, frame.y(y)))
      return `M${frame.x(x) - radius} ${cy}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`
    })
    .join('')
}

function stairsPath(stairs: readonly Dot[], frame: Frame, last: number): string {
  const steps = stairs.map(({ x, y }, index) =>
    index === 0 ? `M${frame.x(x)} ${frame.y(y)}` : `H${frame.x(x)}V${frame.y(y)}`,
  )
  return `${steps.join('')}H${frame.x(last)}`
}

function findDot(dots: readonly Dot[], frame: Frame, left: number, top: number): Dot | undefined {
  let nearest: Dot | undefined
  let least = REACH_PX ** 2
  for (const dot of dots) {
    const distance = (frame.x(dot.x) - left) ** 2 + (frame.y(dot.y) - top) ** 2
    if (distance >= least) continue
    least = distance
    nearest = dot
  }
  return nearest
}
