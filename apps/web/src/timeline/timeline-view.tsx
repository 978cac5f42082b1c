import type { Span, Sweep } from '@sweepd/core'
import { scaleLinear } from 'd3-scale'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { DataTable } from '../charts/data-table'
import { useWidth } from '../charts/plot-frame'
import { useTimeline } from '../data/queries'
import { isLive } from '../data/refresh'
import { Card, Empty, ErrorNotice, Loading } from '../parts/feedback'
import { formatCount, formatDuration, formatElapsed, formatNumberOf, formatShare } from '../words/format'
import { busyShare, endOf, type Lane, toLanes } from './lanes'

const LANE_PX = 26
const LABEL_PX = 120
const FOOT_PX = 26
const LEAST_PX = 1.5

const COLORS: Readonly<Record<Span['outcome'], string>> = {
  running: 'var(--accent)',
  completed: 'var(--good)',
  failed: 'var(--bad)',
  expired: 'var(--bad)',
  released: 'var(--warn)',
  paused: 'var(--warn)',
  pruned: 'var(--warn)',
  held: 'var(--warn)',
  cancelled: 'var(--quiet)',
}

/** Who worked on what while the sweep ran, one lane for each slot. */
export default function TimelineView({ sweep }: { readonly sweep: Sweep }) {
  const { data, error } = useTimeline(sweep)
  if (data === undefined)
    return error ? <ErrorNotice error={error} /> : <Loading what="the timeline" height={300} />
  const [from, to] = [Date.parse(data.from), Math.max(Date.parse(data.to), Date.parse(data.from) + 1000)]
  const lanes = toLanes(data.spans, to)
  const own = data.spans.filter(({ sweepId }) => sweepId === sweep.id).length
  const shown = data.spans.length
  return (
    <Card
      title="Timeline of slots"
      note={`${shown < data.total ? `the last ${formatCount(shown)} of ${formatCount(data.total)} attempts` : `all ${formatNumberOf(shown, 'attempt')}`}, ${formatCount(own)} of this sweep`}
      end={
        lanes.length > 0 && (
          <span className="soft small">slots busy {formatShare(busyShare(lanes, from, to))} of the time</span>
        )
      }
      footer="An attempt does not say which slot of its worker it had: lanes are filled from the top. Attempts of other sweeps are hatched, idle time is left blank."
    >
      {error && <ErrorNotice error={error} />}
      {lanes.length === 0 ? (
        <Empty>
          {isLive(sweep)
            ? 'No worker has taken a trial yet. Workers are behind “Workers” above.'
            : 'No worker took a trial of this sweep.'}
        </Empty>
      ) : (
        <>
          <Lanes lanes={lanes} sweep={sweep} from={from} to={to} />
          <ul className="legend-list">
            {[...new Set(data.spans.map(({ outcome }) => outcome))].map((outcome) => (
              <li key={outcome}>
                <span style={{ color: COLORS[outcome] }}>■</span> {outcome}
              </li>
            ))}
          </ul>
          <DataTable
            caption="Attempts in order of their start"
            heads={['worker', 'trial', 'attempt', 'outcome', 'began after', 'took']}
            rows={data.spans.map((span) => [
              ...[span.workerId, String(span.number), String(span.attempt), span.outcome],
              formatDuration(Math.max(0, Date.parse(span.startedAt) - from)),
              formatDuration(endOf(span, to) - Date.parse(span.startedAt)),
            ])}
          />
        </>
      )}
    </Card>
  )
}

interface LanesProps {
  readonly lanes: readonly Lane[]
  readonly sweep: Sweep
  readonly from: number
  readonly to: number
}

function Lanes({ lanes, sweep, from, to }: LanesProps) {
  const [box, width] = useWidth()
  const [hovered, setHovered] = useState<{ readonly span: Span; readonly lane: number }>()
  const [, navigate] = useLocation()
  const label = width < 500 ? 0 : LABEL_PX
  const x = scaleLinear([from, to], [label, Math.max(label + 10, width - 6)]).clamp(true)
  const height = lanes.length * LANE_PX + FOOT_PX
  const ticks = scaleLinear([0, (to - from) / 1000], [0, 1]).ticks(
    Math.max(2, Math.floor((width - label) / 110)),
  )
  return (
    <div className="chart" ref={box} style={{ height }}>
      {width > 0 && (
        <svg
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${lanes.length} slots and their attempts over ${formatDuration(to - from)}`}
        >
          <defs>
            <pattern
              id="hatch"
              width="6"
              height="6"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="6" height="6" fill="var(--sunken)" />
              <line y2="6" stroke="var(--line-strong)" strokeWidth="3" />
            </pattern>
          </defs>
          {ticks.map((seconds) => (
            <g key={seconds} transform={`translate(${x(from + seconds * 1000)} 0)`}>
              <line className="grid-line" y2={height - FOOT_PX} />
              <text className="axis-text" y={height - 8} textAnchor={seconds === 0 ? 'start' : 'middle'}>
                {formatElapsed(seconds)}
              </text>
            </g>
          ))}
          {lanes.map((lane, index) => (
            <g key={`${lane.workerId} ${lane.slot}`} transform={`translate(0 ${index * LANE_PX})`}>
              <rect
                className="timeline-lane"
                x={label}
                width={Math.max(0, width - label - 6)}
                y={3}
                height={LANE_PX - 6}
                rx={3}
              />
              {label > 0 && (
                <text className="axis-text" x={0} y={LANE_PX / 2} dy="0.32em">
                  {`${lane.workerId.slice(0, 14)} · ${lane.slot}`}
                </text>
              )}
              {lane.spans.map((span) => {
                const left = x(Date.parse(span.startedAt))
                return (
                  // biome-ignore lint/a11y/noStaticElementInteractions: the table below holds the same, and pages of trials are links elsewhere
                  <rect
                    key={`${span.trialId} ${span.attempt}`}
                    x={left}
                    width={Math.max(LEAST_PX, x(endOf(span, to)) - left - 1)}
                    y={3}
                    height={LANE_PX - 6}
                    rx={2}
                    fill={span.sweepId === sweep.id ? COLORS[span.outcome] : 'url(#hatch)'}
                    fillOpacity={span.sweepId === sweep.id ? 0.85 : 1}
                    style={{ cursor: 'pointer' }}
                    onPointerEnter={() => setHovered({ span, lane: index })}
                    onPointerLeave={() => setHovered(undefined)}
                    onClick={() => navigate(`/trials/${span.trialId}`)}
                  />
                )
              })}
            </g>
          ))}
        </svg>
      )}
      {hovered && (
        <div
          className="tooltip"
          style={{
            top: (hovered.lane + 1) * LANE_PX,
            left: Math.min(x(Date.parse(hovered.span.startedAt)), Math.max(0, width - 250)),
          }}
        >
          <Link href={`/trials/${hovered.span.trialId}`}>trial {hovered.span.number}</Link>, attempt{' '}
          {hovered.span.attempt}: {hovered.span.outcome}
          <br />
          {formatDuration(endOf(hovered.span, to) - Date.parse(hovered.span.startedAt))} on{' '}
          {hovered.span.workerId}
          {hovered.span.sweepId !== sweep.id && ', another sweep'}
        </div>
      )}
    </div>
  )
}
