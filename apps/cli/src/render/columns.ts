import type { Paint, Style } from '../terminal/paint.js'
import { pad, truncate, widthOfText } from './text.js'

/** One column of aligned lines: plain cells, and how much they matter if the terminal is narrow. */
export interface Column {
  readonly cells: readonly string[]
  /** Columns with the lowest number go first; undefined: stays. */
  readonly dropRank?: number
  readonly align?: 'right'
  readonly style?: Style
}

const GAP = 2

/** Width of a column on a terminal. */
const widthOf = ({ cells }: Column): number => Math.max(0, ...cells.map(widthOfText))

/** Width of these columns side by side on a terminal. */
export const totalWidth = (columns: readonly Column[], gap = GAP): number =>
  columns.reduce((sum, column) => sum + widthOf(column) + gap, -gap)

/** The columns that fit into this width, in their order; those without a rank stay even if they do not. */
export function fitColumns<C extends Column>(columns: readonly C[], width: number, gap = GAP): readonly C[] {
  if (totalWidth(columns, gap) <= width) return columns
  const ranks = columns.map(({ dropRank }) => dropRank ?? Number.POSITIVE_INFINITY)
  const least = Math.min(...ranks)
  if (least === Number.POSITIVE_INFINITY) return columns
  return fitColumns(columns.toSpliced(ranks.indexOf(least), 1), width, gap)
}

/** The lines of these columns, none of which is wider than the terminal: columns go first, then ends of lines. */
export function joinWithin(columns: readonly Column[], width: number, paint: Paint): string[] {
  const fitting = fitColumns(columns, width)
  if (totalWidth(fitting) <= width) return joinColumns(fitting, paint)
  const plain = fitting.map(({ style: _, ...column }) => column)
  return joinColumns(plain, paint).map((line) => truncate(line.trimEnd(), width))
}

/** The lines of these columns, one for each row. */
export function joinColumns(columns: readonly Column[], paint: Paint): string[] {
  const rowCount = Math.max(0, ...columns.map(({ cells }) => cells.length))
  return Array.from({ length: rowCount }, (_, row) =>
    columns.map((column) => renderCell(column, column.cells[row] ?? '', paint)).join(' '.repeat(GAP)),
  )
}

function renderCell(column: Column, cell: string, paint: Paint): string {
  const padded = pad(cell, widthOf(column), column.align)
  return column.style === undefined ? padded : paint(column.style, padded)
}
