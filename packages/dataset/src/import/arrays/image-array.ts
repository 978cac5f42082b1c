import { checkSize } from '../image-size.js'
import type { CompleteImportOptions } from '../import-options.js'
import { countOf, invalidSource } from '../invalid-source.js'
import { type ArrayFile, readRows } from './array-file.js'
import { decodeNumbers } from './number-type.js'

/** How the axes of an array of images are to be read. */
export interface ImageLayout {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly isChannelsFirst: boolean
}

const MAX_CHANNELS = 4
const BATCH_BYTES = 1 << 20

/**
 * `[n, h, w]`, `[n, h, w, c]`, `[n, c, h, w]`, or rows of numbers of the shape that the options tell.
 * @throws DatasetError if the axes mean something else.
 */
export function findLayout(array: ArrayFile, options: CompleteImportOptions): ImageLayout {
  const layout = readLayout(array, options)
  const { count, height, width, channels } = layout
  if (count === 0) throw invalidSource(array.name, 'it has no images.')
  checkSize(array.name, height, width, options)
  if (count * height * width * channels > options.maxBytes)
    throw invalidSource(
      array.name,
      `its ${describeLayout(layout)} exceed the limit of ${options.maxBytes} bytes.`,
    )
  return layout
}

function readLayout({ name, shape }: ArrayFile, options: CompleteImportOptions): ImageLayout {
  const [count = 0, second = 0, third = 0, fourth = 0] = shape
  const told = options.shape
  const isRows = shape.length === 2
  if (isRows && !told)
    throw invalidSource(
      name,
      `it holds rows of ${second} numbers. Tell the shape of an image, such as --shape 28x28.`,
    )
  if (isRows && told) {
    const [height, width, channels = 1] = told
    if (height * width * channels !== second)
      throw invalidSource(
        name,
        `it holds rows of ${second} numbers, which are no images of ${told.join('×')}.`,
      )
    return { count, height, width, channels, isChannelsFirst: false }
  }
  const layout: ImageLayout | undefined =
    shape.length === 3
      ? { count, height: second, width: third, channels: 1, isChannelsFirst: false }
      : shape.length === 4 && fourth <= MAX_CHANNELS
        ? { count, height: second, width: third, channels: fourth, isChannelsFirst: false }
        : shape.length === 4 && second <= MAX_CHANNELS
          ? { count, height: third, width: fourth, channels: second, isChannelsFirst: true }
          : undefined
  if (!layout || layout.channels === 0)
    throw invalidSource(
      name,
      `its shape is [${shape.join(', ')}]; images are [n, height, width], [n, height, width, channels] or ` +
        '[n, channels, height, width] with 1 to 4 channels.',
    )
  if (
    told &&
    (told[0] !== layout.height ||
      told[1] !== layout.width ||
      (told[2] ?? layout.channels) !== layout.channels)
  )
    throw invalidSource(
      name,
      `its images are ${layout.height}×${layout.width}×${layout.channels}, not ${told.join('×')} as told.`,
    )
  return layout
}

/** What the values of an array multiply with to become 0 … 255; undefined if its bytes are pixels already. */
export interface PixelScale {
  readonly factor: number
  /** For people, if pixels changed by it. */
  readonly note?: string
}

/**
 * Looks through all values that are not bytes and decides how they become pixels; the same for all arrays.
 * @throws DatasetError naming the first value that is missing, or out of range.
 */
export async function findScale(arrays: readonly ArrayFile[]): Promise<PixelScale | undefined> {
  if (arrays.every(({ type }) => type.kind === 'uint' && type.bytes === 1)) return undefined
  if (arrays.every(({ type }) => type.kind === 'bool')) return { factor: 255, note: 'true became 255' }
  const isFloat = arrays.every(({ type }) => type.kind === 'float')
  const other = arrays.find(({ type }) => (type.kind === 'float') !== (arrays[0]?.type.kind === 'float'))
  if (other)
    throw invalidSource(
      other.name,
      `it holds ${other.type.name}, but ${arrays[0]?.name} ${arrays[0]?.type.name}. Save both alike.`,
    )
  const ranges = []
  for (const array of arrays) ranges.push({ array, max: await findMaximum(array) })
  const max = Math.max(...ranges.map((range) => range.max))
  if (!isFloat) return scaleOfIntegers(ranges.find((range) => range.max === max)?.array ?? arrays[0], max)
  const scaled = ranges.filter((range) => range.max <= 1)
  if (scaled.length === ranges.length) return { factor: 255, note: 'values from 0 to 1 became 0 to 255' }
  const largest = ranges.find((range) => range.max === max)
  if (max > 255) throw outOfRange(largest?.array.name ?? '', max)
  if (scaled[0])
    throw invalidSource(
      scaled[0].array.name,
      `its values end at ${scaled[0].max}, but those of ${largest?.array.name} at ${max}. Scale both in the same way.`,
    )
  return { factor: 1 }
}

function scaleOfIntegers(array: ArrayFile | undefined, max: number): PixelScale {
  if (max <= 255) return { factor: 1 }
  if (max > 65535) throw outOfRange(array?.name ?? '', max)
  return { factor: 1 / 257, note: '16-bit values from 0 to 65,535 became 0 to 255' }
}

const outOfRange = (name: string, value: number) =>
  invalidSource(name, `it has the value ${value}. Pixels are 0 to 255, or floats from 0 to 1.`)

async function findMaximum(array: ArrayFile): Promise<number> {
  const size = array.shape.slice(1).reduce((product, length) => product * length, 1)
  let max = 0
  await forBatches(array, (bytes, first) => {
    const values = decodeNumbers(bytes, array.type)
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0
      if (value >= 0 && value < Number.POSITIVE_INFINITY) {
        if (value > max) max = value
        continue
      }
      const place = `entry ${first + Math.floor(index / size)}`
      if (Number.isNaN(value))
        throw invalidSource(array.name, `${place} has a missing value (NaN) at position ${index % size}.`)
      throw invalidSource(
        array.name,
        `${place} has the value ${value}. Pixels are 0 to 255, or floats from 0 to 1.`,
      )
    }
  })
  return max
}

function forBatches(
  array: ArrayFile,
  use: (bytes: Buffer, first: number) => Promise<void> | void,
): Promise<void> {
  const rowBytes = array.shape.slice(1).reduce((product, length) => product * length, array.type.bytes)
  return readRows(array, Math.max(1, Math.floor(BATCH_BYTES / rowBytes)), use)
}

/** Hands on every image as `[height, width, channels]` bytes, in order. `use` must not keep the bytes. */
export function readImages(
  array: ArrayFile,
  layout: ImageLayout,
  scale: PixelScale | undefined,
  use: (pixels: Uint8Array) => Promise<void>,
): Promise<void> {
  const size = layout.height * layout.width * layout.channels
  return forBatches(array, async (bytes) => {
    const pixels = scale ? scalePixels(decodeNumbers(bytes, array.type), scale.factor) : bytes
    for (let start = 0; start < pixels.length; start += size) {
      const image = pixels.subarray(start, start + size)
      await use(layout.isChannelsFirst ? interleave(image, layout.channels) : image)
    }
  })
}

function scalePixels(values: ArrayLike<number>, factor: number): Uint8Array {
  const pixels = new Uint8Array(values.length)
  for (let index = 0; index < pixels.length; index++)
    pixels[index] = Math.round((values[index] ?? 0) * factor)
  return pixels
}

/** `[channels, height, width]` to `[height, width, channels]`. */
export function interleave(image: Uint8Array, channels: number): Uint8Array {
  const target = new Uint8Array(image.length)
  const plane = image.length / channels
  for (let channel = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < plane; pixel++)
      target[pixel * channels + channel] = image[channel * plane + pixel] ?? 0
  return target
}

const describeLayout = ({ count, height, width, channels }: ImageLayout) =>
  `${countOf(count, 'image')} of ${height}×${width}×${channels}`
