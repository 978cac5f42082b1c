import { type ByteReader, readFile } from '../files/byte-reader.js'
import type { SourceFile } from '../files/source-file.js'
import { invalidSource } from '../invalid-source.js'
import { type NumberType, parseIdxType, parseNumpyType } from './number-type.js'

/** An array of numbers in a file, of which the header has been read. */
export interface ArrayFile {
  /** For messages: source and path. */
  readonly name: string
  readonly source: string
  readonly file: SourceFile
  readonly shape: readonly number[]
  readonly type: NumberType
  readonly headerBytes: number
}

type Header = Pick<ArrayFile, 'shape' | 'type' | 'headerBytes'>

/**
 * Reads the header of an `.npy` or idx file.
 * @throws DatasetError if it is another file, or announces more than the file holds.
 */
export async function readArrayHeader(source: string, file: SourceFile): Promise<ArrayFile> {
  const name = `${source}/${file.path}`
  const parse = file.path.endsWith('.npy') ? parseNpyHeader : parseIdxHeader
  const header = await readFile(source, file, (reader) => parse(name, reader))
  const expected = header.headerBytes + countValues(header.shape) * header.type.bytes
  if (!file.path.endsWith('.gz') && file.sizeBytes !== expected)
    throw invalidSource(
      name,
      `it holds ${file.sizeBytes} bytes, not the ${expected} that its header announces ` +
        `(${header.type.name} [${header.shape.join(', ')}]).`,
    )
  return { name, source, file, ...header }
}

/** How many numbers an array of this shape has. */
export const countValues = (shape: readonly number[]) =>
  shape.reduce((product, length) => product * length, 1)

/**
 * Reads the numbers of an array in pieces of `rows` entries of its first axis.
 * @throws DatasetError if the file ends too early.
 */
export async function readRows(
  array: ArrayFile,
  rows: number,
  use: (bytes: Buffer, first: number) => Promise<void> | void,
): Promise<void> {
  const { shape, type, name } = array
  const count = shape[0] ?? 0
  const rowBytes = countValues(shape.slice(1)) * type.bytes
  await readFile(array.source, array.file, async (reader) => {
    await reader.read(array.headerBytes)
    for (let first = 0; first < count; first += rows) {
      const length = Math.min(rows, count - first) * rowBytes
      const bytes = await reader.read(length)
      if (bytes.length < length)
        throw invalidSource(
          name,
          `it is truncated: it ends within entry ${first + Math.floor(bytes.length / rowBytes)} of ${count}.`,
        )
      await use(bytes, first)
    }
    if ((await reader.read(1)).length > 0)
      throw invalidSource(name, 'it holds more than its header announces.')
  })
}

const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1')
/** Of a text that names one type and one shape. */
const MAX_NPY_HEADER_BYTES = 1 << 16

/** The format is numpy's own: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
async function parseNpyHeader(name: string, reader: ByteReader): Promise<Header> {
  const start = await reader.read(12)
  if (!start.subarray(0, 6).equals(NPY_MAGIC) || start.length < 12)
    throw invalidSource(name, 'it is no .npy file: it does not begin with \\x93NUMPY.')
  const lengthBytes = start[6] === 1 ? 2 : 4
  const textBytes = lengthBytes === 2 ? start.readUInt16LE(8) : start.readUInt32LE(8)
  if (textBytes > MAX_NPY_HEADER_BYTES)
    throw invalidSource(name, `its header announces ${textBytes} bytes of text.`)
  const headerBytes = 8 + lengthBytes + textBytes
  const text = Buffer.concat([start.subarray(8 + lengthBytes), await reader.read(headerBytes - 12)]).toString(
    'latin1',
  )
  const [, descr = ''] = /'descr': *'([^']*)'/.exec(text) ?? []
  const [, shapeText] = /'shape': *\(([\d, L]*)\)/.exec(text) ?? []
  if (shapeText === undefined) throw invalidSource(name, 'its header has no shape.')
  if (/'fortran_order': *True/.test(text))
    throw invalidSource(name, 'it is stored column by column. Save numpy.ascontiguousarray(…) of it.')
  const type = parseNumpyType(descr)
  if (!type)
    throw invalidSource(
      name,
      `it holds values of the type ${descr || 'object'}, not numbers. Save it as uint8, or labels as int64.`,
    )
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => Number.parseInt(part, 10))
  return { shape, type, headerBytes }
}

/** Dimensions of an image file; nothing that fits has more. */
const MAX_IDX_RANK = 4

/** The format is that of MNIST: http://yann.lecun.com/exdb/mnist/ */
async function parseIdxHeader(name: string, reader: ByteReader): Promise<Header> {
  const magic = await reader.read(4)
  const type = magic[0] === 0 && magic[1] === 0 ? parseIdxType(magic[2] ?? 0) : undefined
  const rank = magic[3] ?? 0
  if (!type || rank < 1 || rank > MAX_IDX_RANK)
    throw invalidSource(
      name,
      `it is no idx file: it begins with ${magic.toString('hex') || 'nothing'} instead of 000008….`,
    )
  const lengths = await reader.read(4 * rank)
  if (lengths.length < 4 * rank) throw invalidSource(name, 'it is truncated: it ends within its header.')
  const shape = Array.from({ length: rank }, (_, axis) => lengths.readUInt32BE(4 * axis))
  return { shape, type, headerBytes: 4 + 4 * rank }
}
