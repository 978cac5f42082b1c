import { stringify } from 'csv-stringify/sync'
import type { ExportRow } from './export-columns.js'

/** How an export is written. */
export const EXPORT_FORMATS = ['csv', 'jsonl'] as const
/** How an export is written: comma-separated values (RFC 4180), or one JSON object a line. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** The media type of each format. */
export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
}

/** The text of an export, a piece for each page of rows; CSV begins with the names of the columns. */
export async function* formatRows(
  pages: AsyncIterable<readonly ExportRow[]>,
  format: ExportFormat,
  columns: readonly string[],
): AsyncGenerator<string> {
  if (format === 'csv') yield toCsv([columns])
  for await (const rows of pages) {
    if (rows.length === 0) continue
    if (format === 'csv') yield toCsv(rows.map((row) => columns.map((column) => toCell(row[column]))))
    else yield `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
  }
}

/** Spreadsheets run cells that begin with =, +, - or @; a text such as an error message gets an apostrophe there. */
const toCsv = (rows: readonly (readonly string[])[]): string =>
  stringify([...rows], { record_delimiter: '\r\n', escape_formulas: true })

function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
