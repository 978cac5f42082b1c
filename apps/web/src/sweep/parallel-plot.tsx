import { type PointerEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { resolveColor } from '../charts/colors'
import { useWidth } from '../charts/plot-frame'
import type { Brush, Brushes, ParallelAxis } from './parallel-axes'
import { toPlaces } from './parallel-axes'

const HEIGHT = 340
const TOP = 34
const BOTTOM = 12
const SIDE = 46
/** Half the width in pixels of what takes a drag along an axis. */
const GRIP = 16
const SHADES = 8
const LEAST_DRAG_PX = 4

interface ParallelPlotProps {
  readonly axes: readonly ParallelAxis[]
  readonly isSelected: readonly boolean[]
  readonly brushes: Brushes
  readonly onBrush: (name: string, brush: Brush | undefined) => void
  readonly summary: string
}

/** Each trial is a line through its values; dragging along an axis selects. Lines are drawn on a canvas. */
export function ParallelPlot({ axes, isSelected, brushes, onBrush, summary }: ParallelPlotProps) {
  const [box, width] = useWidth()
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const least = SIDE * 2 + (axes.length - 1) * 84
  const drawn = Math.max(width, least)
  const xOf = (index: number) => SIDE + (index * (drawn - 2 * SIDE)) / Math.max(1, axes.length - 1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours change with the theme
  useEffect(() => {
    if (canvas.current && width > 0) drawLines(canvas.current, axes, isSelected, drawn, xOf)
  }, [axes, isSelected, drawn, width, theme])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Parallel coordinates">
      <div ref={box} style={{ width: '100%' }} />
      <div className="chart" style={{ height: HEIGHT, width: drawn || '100%' }}>
        <canvas ref={canvas} style={{ width: drawn, height: HEIGHT }} />
        {width > 0 && (
          <svg
            width={drawn}
            height={HEIGHT}
            style={{ position: 'absolute', inset: 0, width: drawn }}
            role="img"
            aria-label={summary}
          >
            {axes.map((axis, index) => (
              <Axis
                key={axis.name}
                axis={axis}
                x={xOf(index)}
                isLast={index === axes.length - 1}
                brush={brushes[axis.name]}
                onBrush={(brush) => onBrush(axis.name, brush)}
              />
            ))}
          </svg>
        )}
      </div>
    </section>
  )
}

const yOf = (place: number): number => HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
const placeAt = (y: number): number =>
  Math.min(1, Math.max(0, (HEIGHT - BOTTOM - y) / (HEIGHT - TOP - BOTTOM)))

interface AxisProps {
  readonly axis: ParallelAxis
  readonly x: number
  readonly isLast: boolean
  readonly brush: Brush | undefined
  readonly onBrush: (brush: Brush | undefined) => void
}

function Axis({ axis, x, isLast, brush, onBrush }: AxisProps) {
  const [dragged, setDragged] = useState<readonly [start: number, now: number]>()
  const yIn = (event: PointerEvent<SVGRectElement>) =>
    event.clientY - (event.currentTarget.ownerSVGElement?.getBoundingClientRect().top ?? 0)
  const finish = () => {
    if (dragged === undefined) return
    const [start, now] = dragged
    setDragged(undefined)
    onBrush(
      Math.abs(start - now) < LEAST_DRAG_PX
        ? undefined
        : toBrush(axis, placeAt(Math.max(start, now)), placeAt(Math.min(start, now))),
    )
  }
  const places = dragged
    ? ([placeAt(Math.max(...dragged)), placeAt(Math.min(...dragged))] as const)
    : brush && toPlaces(axis, brush)
  return (
    <g transform={`translate(${x} 0)`}>
      <text className="axis-text" y={14} textAnchor="middle" style={{ fontWeight: 600, fill: 'var(--text)' }}>
        {axis.name}
      </text>
      <line className="axis-line" y1={TOP - 6} y2={HEIGHT - BOTTOM} />
      {places && (
        <rect
          x={-8}
          width={16}
          y={yOf(places[1]) - 3}
          height={Math.max(6, yOf(places[0]) - yOf(places[1]) + 6)}
          fill="var(--accent)"
          fillOpacity={0.25}
          stroke="var(--accent)"
          rx={3}
        />
      )}
      {axis.ticks.map(({ place, text }) => (
        <text
          key={text}
          className="axis-text"
          x={isLast ? -8 : 8}
          y={yOf(place)}
          dy="0.32em"
          textAnchor={isLast ? 'end' : 'start'}
          style={{ paintOrder: 'stroke', stroke: 'var(--surface)', strokeWidth: 4 }}
        >
          {text}
        </text>
      ))}
      <rect
        className="grip"
        data-axis={axis.name}
        x={-GRIP}
        y={TOP - 12}
        width={2 * GRIP}
        height={HEIGHT - TOP - BOTTOM + 24}
        fill="transparent"
        style={{ cursor: 'ns-resize', touchAction: 'none' }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragged([yIn(event), yIn(event)])
        }}
        onPointerMove={(event) => dragged && setDragged([dragged[0], yIn(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDragged(undefined)}
      />
    </g>
  )
}

/** What lies between two places: values, or the choices in between; undefined if there is none. */
function toBrush({ choices, valueAt }: ParallelAxis, low: number, high: number): Brush | undefined {
  if (choices !== undefined) {
    const [first, last] = [Math.ceil(valueAt(low) - 1e-9), Math.floor(valueAt(high) + 1e-9)]
    return first <= last ? [first, last] : undefined
  }
  const ends = [valueAt(low), valueAt(high)].map((value) => Number(value.toPrecision(4)))
  return [Math.min(...ends), Math.max(...ends)]
}

/** Grey what is not selected, below; the selected by objective, the best on top. */
function drawLines(
  canvas: HTMLCanvasElement,
  axes: readonly ParallelAxis[],
  isSelected: readonly boolean[],
  width: number,
  xOf: (index: number) => number,
): void {
  const ratio = window.devicePixelRatio
  canvas.width = width * ratio
  canvas.height = HEIGHT * ratio
  const context = canvas.getContext('2d')
  if (context === null) return
  context.scale(ratio, ratio)
  const goodness = axes.at(-1)?.places ?? new Float32Array()
  const shades = Array.from({ length: SHADES }, (_, shade) =>
    resolveColor(
      canvas,
      `color-mix(in oklab, var(--accent) ${Math.round((100 * (shade + 1)) / SHADES)}%, var(--quiet))`,
    ),
  )
  const quiet = resolveColor(canvas, 'var(--quiet)')
  const order = [...isSelected.keys()].sort(
    (a, b) => Number(isSelected[a]) - Number(isSelected[b]) || (goodness[a] ?? 0) - (goodness[b] ?? 0),
  )
  const isCrowded = order.length > 400
  for (const row of order) {
    const good = goodness[row] ?? Number.NaN
    const isChosen = isSelected[row] === true && !Number.isNaN(good)
    const shade = Math.min(SHADES - 1, Math.floor(good * SHADES))
    context.strokeStyle = isChosen ? (shades[shade] ?? quiet) : quiet
    context.globalAlpha = isChosen ? (isCrowded ? 0.45 : 0.8) : 0.1
    context.lineWidth = isChosen ? 1 + (shade === SHADES - 1 ? 0.8 : 0) : 1
    context.beginPath()
    let isOpen = false
    for (const [index, axis] of axes.entries()) {
      const place = axis.places[row] ?? Number.NaN
      if (Number.isNaN(place)) continue
      // Choices would lie on top of each other: each trial passes a little beside.
      const spread = axis.choices === undefined ? 0 : ((row * 0.618_034) % 1) * 8 - 4
      const y = yOf(place) + spread
      if (isOpen) context.lineTo(xOf(index), y)
      else context.moveTo(xOf(index), y)
      isOpen = true
    }
    context.stroke()
  }
}

/** Changes whenever the colours do. */
function useTheme(): string {
  const read = () =>
    `${document.documentElement.dataset['theme']} ${window.matchMedia('(prefers-color-scheme: dark)').matches}`
  return useSyncExternalStore((onChange) => {
    const query = window.matchMedia('(prefers-color-scheme: dark)')
    query.addEventListener('change', onChange)
    window.addEventListener('themechange', onChange)
    return () => {
      query.removeEventListener('change', onChange)
      window.removeEventListener('themechange', onChange)
    }
  }, read)
}
