import { type PointerEvent, useId, useState } from 'react'
import { formatNumber } from '../words/format'
import { type Domain, robustDomain } from './domain'
import { type AxisOptions, type Frame, MARGIN, PlotFrame } from './plot-frame'

/** One line. */
export interface Series {
  readonly key: string
  readonly label: string
  readonly color: string
  readonly dash: string
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Marked with a ring, such as the best epoch: an index. */
  readonly marked?: number | undefined
  /** It goes on: its end is a dot. */
  readonly isLive?: boolean
}

interface LineChartProps {
  readonly series: readonly Series[]
  readonly x: Omit<AxisOptions, 'domain'>
  readonly y: Omit<AxisOptions, 'domain'>
  readonly summary: string
  readonly height?: number
}

interface Hovered {
  readonly series: Series
  readonly index: number
}

/** Raw lines, nothing smoothed; the nearest point is named under the pointer. */
export function LineChart({ series, x, y, summary, height = 280 }: LineChartProps) {
  const [hovered, setHovered] = useState<Hovered>()
  const clip = useId()
  const shown = series.filter(({ x }) => x.length > 0)
  const isLog = y.isLog === true && shown.every((line) => line.y.every((value) => value > 0))
  const { domain, outside } = robustDomain(shown.flatMap((line) => line.y))
  const find = (frame: Frame) => (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect()
    if (box) setHovered(findNearest(shown, frame, event.clientX - box.left, event.clientY - box.top))
  }
  return (
    <>
      <PlotFrame
        x={{ ...x, domain: extent(shown.flatMap((line) => line.x)) }}
        y={{ ...y, isLog, domain: isLog ? logDomain(domain, shown) : domain }}
        height={height}
        summary={summary}
        overlay={(frame) => hovered && <Tooltip frame={frame} hovered={hovered} x={x} y={y} />}
      >
        {(frame) => (
          <>
            <clipPath id={clip}>
              <rect
                x={MARGIN.left - 4}
                y={MARGIN.top - 4}
                width={Math.max(0, frame.width - MARGIN.left - MARGIN.right + 8)}
                height={height - MARGIN.top - MARGIN.bottom + 8}
              />
            </clipPath>
            <g clipPath={`url(#${clip})`}>
              {shown.map((line) => (
                <Line
                  key={line.key}
                  line={line}
                  frame={frame}
                  isQuiet={hovered !== undefined && hovered.series.key !== line.key}
                />
              ))}
            </g>
            <rect
              x={MARGIN.left}
              y={0}
              width={Math.max(0, frame.width - MARGIN.left)}
              height={height - MARGIN.bottom}
              fill="transparent"
              onPointerMove={find(frame)}
              onPointerLeave={() => setHovered(undefined)}
            />
          </>
        )}
      </PlotFrame>
      {outside > 0 && (
        <p className="soft small">{outside} values far off are outside the picture; the table has them.</p>
      )}
    </>
  )
}

function Line({
  line,
  frame,
  isQuiet,
}: {
  readonly line: Series
  readonly frame: Frame
  readonly isQuiet: boolean
}) {
  const at = (index: number) => [frame.x(line.x[index] ?? 0), frame.y(line.y[index] ?? 0)] as const
  const path = line.x.map((_, index) => at(index).join(' ')).join('L')
  const last = line.x.length - 1
  const [endX, endY] = at(last)
  const [markX, markY] = at(line.marked ?? 0)
  return (
    <g opacity={isQuiet ? 0.25 : 1}>
      <path
        d={`M${path}`}
        fill="none"
        stroke={line.color}
        strokeWidth={1.8}
        strokeDasharray={line.dash}
        strokeLinejoin="round"
      />
      {(line.isLive === true || last === 0) && <circle cx={endX} cy={endY} r={3.2} fill={line.color} />}
      {line.marked !== undefined && (
        <circle cx={markX} cy={markY} r={4.5} fill="var(--surface)" stroke={line.color} strokeWidth={2} />
      )}
    </g>
  )
}

interface TooltipProps extends Pick<LineChartProps, 'x' | 'y'> {
  readonly frame: Frame
  readonly hovered: Hovered
}

function Tooltip({ frame, hovered: { series, index }, x, y }: TooltipProps) {
  const [vx, vy] = [series.x[index] ?? 0, series.y[index] ?? 0]
  const left = frame.x(vx)
  const isRight = left > frame.width / 2
  return (
    <div
      className="tooltip"
      style={{
        top: Math.max(0, frame.y(vy) - 44),
        ...(isRight ? { right: frame.width - left + 10 } : { left: left + 10 }),
      }}
    >
      <span className="swatch" style={{ borderTopColor: series.color }} /> <strong>{series.label}</strong>
      <br />
      {x.label} {(x.format ?? formatNumber)(vx)} · {y.label} {(y.format ?? formatNumber)(vy)}
    </div>
  )
}

/** The point that is nearest to a place in pixels. */
function findNearest(
  series: readonly Series[],
  { x, y }: Pick<Frame, 'x' | 'y'>,
  left: number,
  top: number,
): Hovered | undefined {
  let nearest: Hovered | undefined
  let least = Number.POSITIVE_INFINITY
  for (const line of series)
    for (const [index, value] of line.x.entries()) {
      const distance = (x(value) - left) ** 2 + (y(line.y[index] ?? 0) - top) ** 2
      if (distance >= least) continue
      least = distance
      nearest = { series: line, index }
    }
  return nearest
}

function extent(values: readonly number[]): Domain {
  const [low, high] = [
    Math.min(...values, Number.POSITIVE_INFINITY),
    Math.max(...values, Number.NEGATIVE_INFINITY),
  ]
  if (!Number.isFinite(low)) return [0, 1]
  return high > low ? [low, high] : [low - 0.5, high + 0.5]
}

const logDomain = (domain: Domain, series: readonly Series[]): Domain =>
  domain[0] > 0 ? domain : [Math.min(...series.flatMap((line) => line.y)), domain[1]]
