import type { Paint, Style } from '../terminal/paint.js'

/** One column of aligned lines: plain cells, and how much they matter where the room is short. */
export interface Column {
  readonly cells: readonly string[]
  /** Columns with the lowest number go first; undefined: stays. */
  readonly dropRank?: number
  readonly align?: 'right'
  readonly style?: Style
}

const GAP = 2

/** Width of a column in characters. */
export const widthOf = ({ cells }: Column): number => Math.max(0, ...cells.map((cell) => cell.length))

/** Width of these columns side by side in characters. */
export const totalWidth = (columns: readonly Column[], gap = GAP): number =>
  columns.reduce((sum, column) => sum + widthOf(column) + gap, -gap)

/** The columns that fit into this width, in their order; those without a rank stay even where they do not. */
export function fitColumns<C extends Column>(columns: readonly C[], width: number, gap = GAP): readonly C[] {
  if (totalWidth(columns, gap) <= width) return columns
  const ranks = columns.map(({ dropRank }) => dropRank ?? Number.POSITIVE_INFINITY)
  const least = Math.min(...ranks)
  if (least === Number.POSITIVE_INFINITY) return columns
  return fitColumns(columns.toSpliced(ranks.indexOf(least), 1), width, gap)
}

/** The lines of these columns, one for each row. */
export function joinColumns(columns: readonly Column[], paint: Paint): string[] {
  const rowCount = Math.max(0, ...columns.map(({ cells }) => cells.length))
  return Array.from({ length: rowCount }, (_, row) =>
    columns.map((column) => renderCell(column, column.cells[row] ?? '', paint)).join(' '.repeat(GAP)),
  )
}

function renderCell(column: Column, cell: string, paint: Paint): string {
  const width = widthOf(column)
  const padded = column.align === 'right' ? cell.padStart(width) : cell.padEnd(width)
  return column.style === undefined ? padded : paint(column.style, padded)
}
