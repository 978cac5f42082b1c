import { type HyperparameterName, isRange, type Sweep, type SweepPoints } from '@sweepd/core'
import { pad, robustDomain } from '../charts/domain'
import { formatMetric, formatNumber, formatValue } from '../words/format'
import { listVaryingAxes } from './columns'
import { compareValues } from './effects'

/** Values that get a place of their own each; more numbers than that share a scale. */
const MAX_ORDINAL = 12

/** One axis of parallel coordinates; places run from 0 (bottom) to 1 (top). */
export interface ParallelAxis {
  readonly name: string
  /** The values in order, each at its own place; undefined for a continuous axis. */
  readonly choices: readonly unknown[] | undefined
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
  /** The place of each point, NaN if it has none. */
  readonly places: Float32Array
  /** What a place stands for: a number, or the index of a choice. */
  readonly valueAt: (place: number) => number
  readonly placeOf: (value: number) => number
  /** Better is up, though it is less. */
  readonly isFlipped: boolean
}

/** A range of values of one axis (indices, if it has choices), both ends included. */
export type Brush = readonly [low: number, high: number]
/** A range for each brushed axis, by its name. */
export type Brushes = Readonly<Record<string, Brush>>

/** What the sweep varies, and its objective last, better up. */
export function buildAxes(sweep: Pick<Sweep, 'space' | 'objective'>, points: SweepPoints): ParallelAxis[] {
  const { metric, direction } = sweep.objective
  const axes = listVaryingAxes(sweep).map((name) =>
    buildAxis(name, points.hyperparameters[name] ?? [], isLogAxis(sweep, name)),
  )
  const values = points.metrics[metric]
  return [...axes, buildContinuous(metric, values, false, direction === 'minimize', formatMetric)]
}

function isLogAxis({ space }: Pick<Sweep, 'space'>, name: HyperparameterName): boolean {
  const axis = space[name]
  return axis !== undefined && isRange(axis) && axis.scale === 'log'
}

function buildAxis(name: string, column: readonly unknown[], isLog: boolean): ParallelAxis {
  const byKey = new Map(column.map((value) => [JSON.stringify(value), value]))
  const isContinuous = byKey.size > MAX_ORDINAL && column.every((value) => typeof value === 'number')
  if (isContinuous) return buildContinuous(name, column.map(Number), isLog, false, formatNumber)
  const choices = [...byKey.values()].sort(compareValues)
  const index = new Map(choices.map((value, place) => [JSON.stringify(value), place]))
  const last = choices.length - 1
  const placeOf = (value: number) => (last <= 0 ? 0.5 : value / last)
  return {
    name,
    choices,
    ticks: choices.map((value, place) => ({ place: placeOf(place), text: formatValue(value) })),
    places: Float32Array.from(column, (value) => placeOf(index.get(JSON.stringify(value)) ?? Number.NaN)),
    valueAt: (place) => place * Math.max(1, last),
    placeOf,
    isFlipped: false,
  }
}

function buildContinuous(
  name: string,
  values: readonly (number | null)[],
  isLog: boolean,
  isFlipped: boolean,
  format: (value: number) => string,
): ParallelAxis {
  const known = values.filter((value) => value !== null)
  const bend = isLog && known.every((value) => value > 0) ? Math.log : (value: number) => value
  const straighten = bend === Math.log ? Math.exp : (value: number) => value
  const [low, high] = pad(robustDomain(known.map(bend)).domain)
  const turn = (place: number) => (isFlipped ? 1 - place : place)
  // Diverged trials are pinned to the end of the axis.
  const placeOf = (value: number) => turn(Math.min(1, Math.max(0, (bend(value) - low) / (high - low))))
  const valueAt = (place: number) => straighten(low + turn(place) * (high - low))
  return {
    name,
    choices: undefined,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((place) => ({ place, text: format(valueAt(place)) })),
    places: Float32Array.from(values, (value) => (value === null ? Number.NaN : placeOf(value))),
    valueAt,
    placeOf,
    isFlipped,
  }
}

/** Whether each point lies in all brushes. */
export function selectRows(axes: readonly ParallelAxis[], brushes: Brushes, count: number): boolean[] {
  const active = axes.flatMap((axis) => {
    const brush = brushes[axis.name]
    return brush === undefined ? [] : [{ axis, ends: toPlaces(axis, brush) }]
  })
  return Array.from({ length: count }, (_, row) =>
    active.every(({ axis, ends: [low, high] }) => {
      const place = axis.places[row] ?? Number.NaN
      return place >= low && place <= high
    }),
  )
}

/** The ends of a brush as places, the lower first, and a hair wider, as places are single floats. */
export function toPlaces(axis: ParallelAxis, [low, high]: Brush): readonly [number, number] {
  const [a, b] = [axis.placeOf(low), axis.placeOf(high)]
  return [Math.min(a, b) - 1e-6, Math.max(a, b) + 1e-6]
}

/** Brushes as a URL holds them: `lr:1..2,val_acc:0.8..0.9`. */
export const formatBrushes = (brushes: Brushes): string =>
  Object.entries(brushes)
    .map(([name, [low, high]]) => `${name}:${low}..${high}`)
    .join(',')

/** The brushes of a URL; what is not understood is left out. */
export function parseBrushes(text: string): Brushes {
  const entries = text.split(',').flatMap((part): [string, Brush][] => {
    const [, name, low, high] = /^(\w+):([-+\de.]+?)\.\.([-+\de.]+)$/.exec(part) ?? []
    const brush = [Number(low), Number(high)] as const
    return name !== undefined && brush.every(Number.isFinite) ? [[name, brush]] : []
  })
  return Object.fromEntries(entries)
}

/** The same selection as a filter of the leaderboard; undefined if one cannot say it. */
export function toFilter(axes: readonly ParallelAxis[], brushes: Brushes): string | undefined {
  const terms = axes.flatMap((axis) => {
    const brush = brushes[axis.name]
    return brush === undefined ? [] : [toTerms(axis, brush)]
  })
  return terms.length === 0 || terms.includes(undefined) ? undefined : terms.join(' ')
}

function toTerms({ name, choices }: ParallelAxis, [low, high]: Brush): string | undefined {
  if (choices === undefined) return `${name}>=${low} ${name}<=${high}`
  const chosen = choices.filter((_, index) => index >= low && index <= high)
  if (chosen.length === 1) return `${name}=${JSON.stringify(chosen[0])}`
  return chosen.every((value) => typeof value === 'number')
    ? `${name}>=${chosen[0]} ${name}<=${chosen.at(-1)}`
    : undefined
}
