import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import type { Domain } from './domain'

/** Pixels around what is drawn, for the axes. */
export const MARGIN = { top: 10, right: 14, bottom: 38, left: 58 } as const

/** A scale from values to pixels. */
export type Scale = ScaleContinuousNumeric<number, number>

/** One axis of a plot. */
export interface AxisOptions {
  readonly label: string
  readonly domain: Domain
  readonly isLog?: boolean
  readonly format?: (value: number) => string
  /** Ticks at whole numbers only. */
  readonly isWhole?: boolean
}

/** What a plot draws with. */
export interface Frame {
  readonly x: Scale
  readonly y: Scale
  readonly width: number
  readonly height: number
}

interface PlotFrameProps {
  readonly x: AxisOptions
  readonly y: AxisOptions
  readonly height: number
  /** What the plot shows, in a sentence. */
  readonly summary: string
  readonly children: (frame: Frame) => ReactNode
  /** Drawn over it as HTML. */
  readonly overlay?: (frame: Frame) => ReactNode
}

/** Axes, grid and scales around whatever is drawn in them; as wide as there is room. */
export function PlotFrame({ x, y, height, summary, children, overlay }: PlotFrameProps) {
  const [box, width] = useWidth()
  const scaleX = makeScale(x, [MARGIN.left, Math.max(MARGIN.left + 10, width - MARGIN.right)])
  const scaleY = makeScale(y, [height - MARGIN.bottom, MARGIN.top])
  const frame: Frame = { x: scaleX, y: scaleY, width, height }
  return (
    <div className="chart" ref={box} style={{ height }}>
      {width > 0 && (
        <svg height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
          <AxisX frame={frame} options={x} />
          <AxisY frame={frame} options={y} />
          {children(frame)}
        </svg>
      )}
      {width > 0 && overlay?.(frame)}
    </div>
  )
}

/** The width in pixels of an element that the returned ref is given to. */
export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [box, width]
}

function makeScale({ domain, isLog }: AxisOptions, range: readonly [number, number]): Scale {
  return isLog === true && domain[0] > 0 ? scaleLog(domain, range) : scaleLinear(domain, range)
}

function listTicks(scale: Scale, { isWhole, isLog }: AxisOptions, count: number): number[] {
  const ticks = scale.ticks(count)
  if (isWhole === true) return ticks.filter(Number.isInteger)
  // A log scale lists 1, 2, 3 … of every power; of many powers only these themselves are legible.
  return isLog === true && ticks.length > count + 2
    ? ticks.filter((tick) => Number.isInteger(Math.log10(tick)))
    : ticks
}

const shorten = (value: number): string => String(Number(value.toPrecision(6)))

function AxisX({ frame, options }: { readonly frame: Frame; readonly options: AxisOptions }) {
  const { x, width, height } = frame
  const base = height - MARGIN.bottom
  const format = options.format ?? shorten
  return (
    <g>
      {listTicks(x, options, Math.max(2, Math.floor(width / 90))).map((tick) => (
        <g key={tick} transform={`translate(${x(tick)} 0)`}>
          <line className="grid-line" y1={MARGIN.top} y2={base} />
          <text className="axis-text" y={base + 15} textAnchor="middle">
            {format(tick)}
          </text>
        </g>
      ))}
      <line className="axis-line" x1={MARGIN.left} x2={width - MARGIN.right} y1={base} y2={base} />
      <text className="axis-title" x={width - MARGIN.right} y={height - 6} textAnchor="end">
        {options.label}
      </text>
    </g>
  )
}

function AxisY({ frame, options }: { readonly frame: Frame; readonly options: AxisOptions }) {
  const { y, width, height } = frame
  const format = options.format ?? shorten
  return (
    <g>
      {listTicks(y, options, Math.floor(height / 48)).map((tick) => (
        <g key={tick} transform={`translate(0 ${y(tick)})`}>
          <line className="grid-line" x1={MARGIN.left} x2={width - MARGIN.right} />
          <text className="axis-text" x={MARGIN.left - 7} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      <text className="axis-title" x={2} y={height - 6}>
        {options.label}
      </text>
    </g>
  )
}
