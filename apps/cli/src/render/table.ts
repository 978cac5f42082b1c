import Table from 'cli-table3'
import type { Paint } from '../terminal/paint.js'
import { type Column, fitColumns, joinColumns, joinWithin, totalWidth } from './columns.js'

/** Where a table is shown. */
export interface TableTarget {
  readonly width: number
  readonly isInteractive: boolean
  readonly paint: Paint
}

/** Width that a table adds to each cell, and once: two blanks and a border, and the last border. */
const FRAME = { perColumn: 3, once: 1 }

/**
 * Columns, whose first cells are their heads, as lines: a table with borders on a terminal, aligned columns on a pipe.
 * Columns that a narrow terminal has no room for are left out, the least telling first, and then the borders. `paintCell` gives cells of the
 * table their colour; rows are counted from 0 below the heads.
 */
export function renderTable(
  columns: readonly Column[],
  { width, isInteractive, paint }: TableTarget,
  paintCell: (cell: string, row: number) => string = (cell) => cell,
): string[] {
  if (!isInteractive) return joinColumns(columns, paint).map((line) => line.trimEnd())
  const fitting = fitColumns(columns, width - FRAME.once - FRAME.perColumn, FRAME.perColumn)
  if (totalWidth(fitting, FRAME.perColumn) + FRAME.once + FRAME.perColumn > width)
    return joinWithin(columns, width, paint)
  const [head = [], ...rows] = toRows(fitting)
  const table = new Table({
    head: head.map((cell) => paint('bold', cell)),
    colAligns: fitting.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true },
  })
  for (const [row, cells] of rows.entries()) table.push(cells.map((cell) => paintCell(cell, row)))
  return table.toString().split('\n')
}

const toRows = (columns: readonly Column[]): string[][] =>
  (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cells[row] ?? ''))
