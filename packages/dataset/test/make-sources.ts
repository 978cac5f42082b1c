import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { type Header, pack } from 'tar-stream'

/** Images `[n, height, width, channels]` and their classes, to be written in any format. */
export interface Part {
  readonly images: Uint8Array
  readonly labels: readonly number[]
}

/** A small set with a train and a test part, in which all images differ. */
export interface SmallSet {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly train: Part
  readonly test: Part
}

/** Images of noise; the labels go round. */
export function makeSet(
  options: { height?: number; width?: number; channels?: number; classes?: number } = {},
): SmallSet {
  const { height = 9, width = 8, channels = 1, classes = 3 } = options
  let state = 7
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  }
  const makePart = (size: number): Part => ({
    images: Uint8Array.from({ length: size * height * width * channels }, noise),
    labels: Array.from({ length: size }, (_, index) => (index * 7 + (index >> 2)) % classes),
  })
  return { height, width, channels, train: makePart(24), test: makePart(9) }
}

/** The pixels of image `index`. */
export function imageAt({ images, labels }: Part, index: number): Uint8Array {
  const size = images.length / labels.length
  return images.subarray(index * size, (index + 1) * size)
}

/** Writes files below a folder; returns the folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  return folder
}

/** An `.npy` file of any type. */
export function makeNpy(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  isFortran = false,
): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')},), }`
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1')
  const start = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ])
  return Buffer.concat([start, header, data])
}

/** The bytes of a typed array. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)

/** Shape of the images of a part. */
export const shapeOf = ({ height, width, channels }: SmallSet, { labels }: Part) =>
  channels === 1 ? [labels.length, height, width] : [labels.length, height, width, channels]

/** The members of an npz of bytes, named as Keras does. */
export function makeArrays(set: SmallSet): Record<string, Buffer> {
  const { train, test } = set
  return {
    'x_train.npy': makeNpy('|u1', shapeOf(set, train), train.images),
    'y_train.npy': makeNpy('<i8', [train.labels.length], bytesOf(BigInt64Array.from(train.labels, BigInt))),
    'x_test.npy': makeNpy('|u1', shapeOf(set, test), test.images),
    'y_test.npy': makeNpy('|u1', [test.labels.length], Uint8Array.from(test.labels)),
  }
}

/** The four idx files. */
export function makeIdxFiles(set: SmallSet): Record<string, Buffer> {
  const make = (shape: readonly number[], data: Uint8Array) => {
    const header = Buffer.alloc(4 + 4 * shape.length)
    header.set([0, 0, 8, shape.length])
    for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * axis)
    return Buffer.concat([header, data])
  }
  const { train, test } = set
  return {
    'train-images-idx3-ubyte': make(shapeOf(set, train), train.images),
    'train-labels-idx1-ubyte': make([train.labels.length], Uint8Array.from(train.labels)),
    't10k-images-idx3-ubyte': make(shapeOf(set, test), test.images),
    't10k-labels-idx1-ubyte': make([test.labels.length], Uint8Array.from(test.labels)),
  }
}

/** CSV files as Kaggle has them. */
export function makeCsvFiles(set: SmallSet): Record<string, string> {
  const size = set.height * set.width * set.channels
  const header = ['label', ...Array.from({ length: size }, (_, index) => `pixel${index + 1}`)].join(',')
  const make = (part: Part) =>
    [header, ...part.labels.map((label, index) => [label, ...imageAt(part, index)].join(','))].join('\n')
  return { 'set_train.csv': `${make(set.train)}\n`, 'set_test.csv': make(set.test) }
}

/** PNG files, one folder a class, numbered as the entries of an array. */
export async function makePictures(set: SmallSet): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {}
  for (const split of ['train', 'test'] as const)
    for (const [index, label] of set[split].labels.entries())
      files[`${split}/${label}/${index}.png`] = await makePng(set, imageAt(set[split], index))
  return files
}

/** A PNG of one or three channels. */
export function makePng(
  { height, width, channels }: Pick<SmallSet, 'height' | 'width' | 'channels'>,
  pixels: Uint8Array,
): Promise<Buffer> {
  const image = sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } })
  return (channels === 1 ? image.toColourspace('b-w') : image).png().toBuffer()
}

/** An entry of a zip archive, which may lie about itself. */
export interface ZipEntry {
  readonly name: string
  readonly data: Uint8Array
  /** Already deflated to `data`: what it unpacks to. */
  readonly deflatedFrom?: { readonly sizeBytes: number; readonly crc: number }
  /** Unix mode: what kind of file it is. */
  readonly mode?: number
}

/** A zip archive, entry by entry, so that tests can write what no archiver would. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, deflatedFrom, mode = 0 } of entries) {
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(0x800, 2)
    facts.writeUInt16LE(deflatedFrom ? 8 : 0, 4)
    facts.writeUInt32LE(deflatedFrom?.crc ?? crc32(data), 10)
    facts.writeUInt32LE(data.length, 14)
    facts.writeUInt32LE(deflatedFrom?.sizeBytes ?? data.length, 18)
    facts.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), facts, tail, Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  const central = Buffer.concat(directory)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

/** A zip archive of these files. */
export const zipFiles = (files: Readonly<Record<string, Uint8Array>>) =>
  makeZip(Object.entries(files).map(([name, data]) => ({ name, data })))

/** A gzipped tar archive. */
export async function makeTarGz(
  entries: readonly (Partial<Header> & { name: string; data?: Uint8Array })[],
): Promise<Buffer> {
  const tar = pack()
  for (const { data, ...header } of entries) tar.entry(header, Buffer.from(data ?? ''))
  tar.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of tar as AsyncIterable<unknown>) chunks.push(chunk as Uint8Array)
  return gzipSync(Buffer.concat(chunks))
}
