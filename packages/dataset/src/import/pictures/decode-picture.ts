import { decode as decodeBmp } from 'bmp-ts'
import sharp, { type Sharp } from 'sharp'
import { CANONICAL_LIMITS } from '../../canonical/manifest.js'
import { DatasetError } from '../../dataset-error.js'
import { checkSize } from '../image-size.js'
import type { CompleteImportOptions } from '../import-options.js'
import { invalidSource } from '../invalid-source.js'
import { dropEqualChannels, type Pixels, resizeOptions, toGrey } from './fit-pixels.js'
import { decodePlainPng } from './plain-png.js'

// Pictures are small and each is read once: a cache and threads within one picture only cost.
sharp.cache(false)
sharp.concurrency(1)

const { maxSide } = CANONICAL_LIMITS
/** Of a picture that is resized: what large cameras make. */
const MAX_INPUT_PIXELS = 120_000_000

/**
 * The pixels of a PNG, JPEG, WebP, GIF or BMP as a viewer shows them: turned by EXIF, in sRGB, transparency on white,
 * the first frame. One channel if no pixel has a colour, otherwise three.
 * @param name source and path, for messages
 * @throws DatasetError naming the file if it is damaged, no picture, or has another size than a data set can have.
 */
export async function decodePicture(
  name: string,
  bytes: Buffer,
  options: CompleteImportOptions,
): Promise<Pixels> {
  if (bytes.length === 0) throw invalidSource(name, 'it is empty.')
  // sharp reads more, such as SVG, which may draw what it likes for as long as it likes.
  if (!isKnownFormat(bytes))
    throw invalidSource(name, 'it is no PNG, JPEG, WebP, GIF or BMP, whatever its name says.')
  const decoded =
    (options.resize ? undefined : decodePlainPng(name, bytes)) ?? (await decodeAny(name, bytes, options))
  return options.grey && decoded.channels === 3 ? toGrey(decoded) : dropEqualChannels(decoded)
}

function decodeAny(name: string, bytes: Buffer, options: CompleteImportOptions): Promise<Pixels> {
  const picture = isBmp(bytes) ? openBmp(name, bytes, options) : openSharp(bytes, options)
  const upright = picture.autoOrient().flatten({ background: '#fff' })
  const fitted = options.resize ? upright.resize(resizeOptions(options.resize)) : upright
  return decodeWith(name, bytes, fitted, options)
}

async function decodeWith(
  name: string,
  bytes: Buffer,
  picture: Sharp,
  options: CompleteImportOptions,
): Promise<Pixels> {
  try {
    const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
    checkSize(name, info.height, info.width, options)
    return { pixels: data, height: info.height, width: info.width, channels: info.channels }
  } catch (cause) {
    const { message } = cause as Error
    if (message.includes('exceeds pixel limit')) await refuseSize(name, bytes, options)
    if (cause instanceof DatasetError) throw cause
    throw invalidSource(name, `it is damaged or no picture (${message.split('\n')[0]}).`, cause)
  }
}

/** Reads no more than the header, so that a bomb of pixels is never unpacked. */
async function refuseSize(name: string, bytes: Buffer, options: CompleteImportOptions): Promise<never> {
  const { height = 0, width = 0 } = await sharp(bytes, { limitInputPixels: false }).metadata()
  checkSize(name, height, width, options)
  throw invalidSource(name, `it has ${height}×${width} pixels; at most ${MAX_INPUT_PIXELS} are read.`)
}

function openSharp(bytes: Buffer, { resize }: CompleteImportOptions): Sharp {
  const limitInputPixels = resize ? MAX_INPUT_PIXELS : maxSide * maxSide
  return sharp(bytes, { limitInputPixels, failOn: 'warning', sequentialRead: true })
}

const STARTS = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF8', 'BM']

function isKnownFormat(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12)
  return STARTS.some((each) => start.startsWith(each)) || (start.startsWith('RIFF') && start.endsWith('WEBP'))
}

const isBmp = (bytes: Buffer) => bytes.subarray(0, 2).toString('latin1') === 'BM'
/** Where a BMP says its width; the height follows, negative if the rows go down. */
const BMP_WIDTH_OFFSET = 18

/** sharp reads no BMP. Sizes are checked first, because the decoder takes the memory that the header asks for. */
function openBmp(name: string, bytes: Buffer, options: CompleteImportOptions): Sharp {
  if (bytes.length < BMP_WIDTH_OFFSET + 8)
    throw invalidSource(name, 'it is a BMP that ends within its header.')
  const width = bytes.readInt32LE(BMP_WIDTH_OFFSET)
  const height = Math.abs(bytes.readInt32LE(BMP_WIDTH_OFFSET + 4))
  checkSize(name, height, width, options)
  if (height * width > MAX_INPUT_PIXELS) throw invalidSource(name, `it has ${height}×${width} pixels.`)
  const rgb = decodeBmpPixels(name, bytes, height * width)
  return sharp(rgb, { raw: { height, width, channels: 3 } })
}

function decodeBmpPixels(name: string, bytes: Buffer, count: number): Uint8Array {
  const { data } = decodeOrRefuse(name, bytes)
  // Four bytes a pixel: transparency, which few writers of BMP set and viewers ignore, then blue, green, red.
  const rgb = new Uint8Array(count * 3)
  for (let pixel = 0; pixel < count; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgb[pixel * 3 + channel] = data[pixel * 4 + 3 - channel] ?? 0
  return rgb
}

function decodeOrRefuse(name: string, bytes: Buffer) {
  try {
    return decodeBmp(bytes)
  } catch (cause) {
    throw invalidSource(name, `it is a damaged BMP (${(cause as Error).message}).`, cause)
  }
}
