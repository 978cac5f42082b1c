import type { HyperparameterName, SweepPoints } from '@sweepd/core'
import { formatValue } from '../words/format'

/** Values of an axis that stand alone; more are put into bins of equal counts. */
const MAX_GROUPS = 10
const BINS = 6

/** Trials that share a value of an axis, or a range of it. */
interface EffectGroup {
  readonly label: string
  readonly rows: readonly number[]
  readonly mean: number
}

/** How the objective moves along one axis, whatever the others are. */
export interface Effect {
  readonly axis: HyperparameterName
  readonly groups: readonly EffectGroup[]
  /** Share of the variance of the objective that lies between the groups, 0 to 1 (eta squared). */
  readonly share: number
}

/** The effect of each axis on the values, the largest first; rows without a value are left out. */
export function computeEffects(
  points: Pick<SweepPoints, 'hyperparameters'>,
  values: readonly (number | null)[],
  axes: readonly HyperparameterName[],
): Effect[] {
  const known = values.flatMap((value, row) => (value === null ? [] : [{ row, value }]))
  if (known.length < 2) return []
  const total = mean(known.map(({ value }) => value))
  const variance = known.reduce((sum, { value }) => sum + (value - total) ** 2, 0)
  const effectOf = (axis: HyperparameterName): Effect => {
    const column = points.hyperparameters[axis] ?? []
    const groups = groupRows(
      known.map(({ row }) => row),
      column,
    ).map(({ label, rows }) => ({
      ...{ label, rows },
      mean: mean(rows.map((row) => values[row] ?? 0)),
    }))
    const between = groups.reduce((sum, group) => sum + group.rows.length * (group.mean - total) ** 2, 0)
    return { axis, groups, share: variance === 0 ? 0 : between / variance }
  }
  return axes.map(effectOf).sort((a, b) => b.share - a.share)
}

interface RowGroup {
  readonly label: string
  readonly rows: number[]
}

function groupRows(rows: readonly number[], column: readonly unknown[]): RowGroup[] {
  const byValue = new Map<string, RowGroup & { readonly value: unknown }>()
  for (const row of rows) {
    const value = column[row]
    const key = JSON.stringify(value) ?? ''
    const group = byValue.get(key) ?? { value, label: formatValue(value), rows: [] }
    group.rows.push(row)
    byValue.set(key, group)
  }
  const groups = [...byValue.values()].sort((a, b) => compareValues(a.value, b.value))
  return groups.length > MAX_GROUPS && groups.every(({ value }) => typeof value === 'number')
    ? binRows(rows, column)
    : groups
}

function binRows(rows: readonly number[], column: readonly unknown[]): RowGroup[] {
  const sorted = [...rows].sort((a, b) => Number(column[a]) - Number(column[b]))
  const size = Math.ceil(sorted.length / BINS)
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, bin) => {
    const inBin = sorted.slice(bin * size, (bin + 1) * size)
    return {
      label: `${formatValue(column[inBin[0] ?? 0])} to ${formatValue(column[inBin.at(-1) ?? 0])}`,
      rows: inBin,
    }
  })
}

/** Numbers by size, false before true, the rest as text. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [s, t] = [JSON.stringify(a) ?? '', JSON.stringify(b) ?? '']
  return s === t ? 0 : s < t ? -1 : 1
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
