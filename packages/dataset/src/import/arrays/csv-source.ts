import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CsvError, parse } from 'csv-parse'
import type { SourceFile } from '../files/source-file.js'
import { countOf, invalidSource } from '../invalid-source.js'
import { fitPixels } from '../pictures/fit-pixels.js'
import { orderClassNames } from '../pictures/picture-paths.js'
import { type ReadContext, roleOf, type SourceFacts } from '../source-reader.js'
import type { GivenSplit } from '../spool.js'

const LABEL_COLUMN = /^(label|class|y|target)$/i

/** Where things stand in a row. */
interface Columns {
  readonly label: number
  readonly pixels: number
}

/**
 * Reads CSV as Kaggle has it: a row an image, its label and then its pixels, with or without a first row of names.
 * Labels are numbers or names.
 * @throws DatasetError naming file and line of the first value that is none.
 */
export async function readCsv(context: ReadContext): Promise<SourceFacts> {
  const texts: string[] = []
  const splits = new Set<GivenSplit>()
  for (const file of context.files) {
    const { split } = roleOf(file.path)
    if (splits.has(split))
      throw invalidSource(
        context.tree.name,
        `two of its CSV files are for ${split}. Put one in a folder of its own.`,
      )
    splits.add(split)
    context.spool.beginPart(file.path)
    await readOne(context, file, split, texts)
  }
  return nameClasses(context, texts)
}

async function readOne(
  context: ReadContext,
  file: SourceFile,
  split: GivenSplit,
  texts: string[],
): Promise<void> {
  const { tree, options, spool, signal, onProgress } = context
  const name = `${tree.name}/${file.path}`
  const [height, width, channels = 1] = options.shape ?? (await refuseWithoutShape(name, file))
  const size = height * width * channels
  const rows = await parseRows(file)
  let columns: Columns | undefined
  let line = 0
  try {
    for await (const row of rows as AsyncIterable<string[]>) {
      line++
      signal?.throwIfAborted()
      if (!columns) {
        columns = findColumns(name, row, size)
        if (isHeader(row)) continue
      }
      const pixels = readPixels(`${name}, line ${line}`, row, columns, size)
      texts.push(row[columns.label] ?? '')
      await spool.add({ split, label: 0, ...(await fitPixels({ pixels, height, width, channels }, options)) })
      if (spool.size % 1000 === 0) onProgress?.({ step: 'reading', done: spool.size })
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (cause instanceof CsvError || code?.startsWith('Z_'))
      throw invalidSource(name, `after line ${line}: ${message}.`, cause)
    throw cause
  }
}

async function parseRows(file: SourceFile): Promise<Readable> {
  const raw = await file.open()
  const rows = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: 1 << 22,
  })
  const text = file.path.endsWith('.gz') ? createGunzip() : undefined
  for (const stream of [raw, ...(text ? [text] : [])]) stream.on('error', (error) => rows.destroy(error))
  return text ? raw.pipe(text).pipe(rows) : raw.pipe(rows)
}

/** Suggests a shape by the first row. */
async function refuseWithoutShape(name: string, file: SourceFile): Promise<never> {
  const rows = await parseRows(file)
  let pixels = 0
  for await (const row of rows as AsyncIterable<string[]>) {
    pixels = row.length - 1
    break
  }
  const side = Math.sqrt(pixels)
  const example = Number.isInteger(side) ? `${side}x${side}` : '28x28'
  throw invalidSource(
    name,
    `its rows have ${countOf(pixels, 'pixel')}. Tell the shape of an image, such as --shape ${example}.`,
  )
}

const isHeader = (row: readonly string[]) =>
  row.slice(1).some((cell) => cell !== '' && Number.isNaN(Number(cell)))

function findColumns(name: string, row: readonly string[], size: number): Columns {
  if (row.length !== size + 1) {
    const reason =
      row.length === size
        ? 'its rows have pixels but no label.'
        : `its first row has ${countOf(row.length, 'value')}, not a label and ${size} pixels.`
    throw invalidSource(name, reason)
  }
  const named = isHeader(row) ? row.findIndex((cell) => LABEL_COLUMN.test(cell.trim())) : 0
  if (named === -1) throw invalidSource(name, 'none of its columns is named label.')
  if (named !== 0 && named !== size)
    throw invalidSource(name, `its label is column ${named + 1}; it must be the first or the last.`)
  return { label: named, pixels: named === 0 ? 1 : 0 }
}

function readPixels(place: string, row: readonly string[], columns: Columns, size: number): Uint8Array {
  if (row.length !== size + 1)
    throw invalidSource(place, `it has ${countOf(row.length, 'value')}, not ${size + 1}.`)
  const pixels = new Uint8Array(size)
  for (let index = 0; index < size; index++) {
    const text = row[columns.pixels + index] ?? ''
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 255)
      throw invalidSource(
        place,
        `pixel ${index + 1} is ${text.trim() === '' ? 'missing' : JSON.stringify(text)}; pixels are whole numbers from 0 to 255.`,
      )
    pixels[index] = value
  }
  return pixels
}

/** Labels of CSV are texts until all are known: numbers if all are, otherwise names. */
function nameClasses({ tree, spool }: ReadContext, texts: readonly string[]): SourceFacts {
  const trimmed = texts.map((text) => text.trim())
  const missing = trimmed.indexOf('')
  if (missing !== -1) throw invalidSource(tree.name, `the label of ${spool.nameOf(missing)} is missing.`)
  const isNumeric = trimmed.every((text) => /^\d{1,5}(\.0*)?$/.test(text))
  const classNames = isNumeric ? undefined : orderClassNames(trimmed)
  const numbers = new Map(classNames?.map((name, label) => [name, label]))
  for (const [index, text] of trimmed.entries())
    spool.labels[index] = isNumeric ? Number(text) : (numbers.get(text) ?? 0)
  return classNames ? { classNames, notes: [] } : { notes: [] }
}
