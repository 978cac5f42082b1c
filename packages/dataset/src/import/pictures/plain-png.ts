import { decode } from 'fast-png'
import { CANONICAL_LIMITS } from '../../canonical/manifest.js'
import { invalidSource } from '../invalid-source.js'
import type { Pixels } from './fit-pixels.js'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** Chunks that do not change how the pixels look. */
const NEUTRAL_CHUNKS = new Set([
  'IHDR',
  'IDAT',
  'IEND',
  'pHYs',
  'tEXt',
  'zTXt',
  'iTXt',
  'tIME',
  'bKGD',
  'sBIT',
  'hIST',
])
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3 }
/** Larger files are left to sharp, which bounds the memory that a bomb unpacks to. */
const MAX_FILE_BYTES = 1 << 16

/**
 * The pixels of a small PNG with 8 bits of grey or RGB and nothing else, undefined if it is any other file. This is
 * how sets of small images are stored, and sharp takes nine times as long (640 µs of processor time for 28×28).
 * @throws DatasetError naming the file if it is damaged
 */
export function decodePlainPng(name: string, bytes: Buffer): Pixels | undefined {
  if (!isPlain(bytes)) return undefined
  try {
    const { width, height, channels, data } = decode(bytes, { checkCrc: true })
    if (data.length !== width * height * channels) throw new Error('it has too few pixels')
    return { pixels: Uint8Array.from(data), width, height, channels }
  } catch (cause) {
    throw invalidSource(name, `it is a damaged PNG (${(cause as Error).message}).`, cause)
  }
}

/** Offsets within the first chunk: of the width, the height, and depth, colour, compression, filter, interlacing. */
const [WIDTH, HEIGHT, DEPTH, COLOUR, INTERLACING] = [16, 20, 24, 25, 28]

function isPlain(bytes: Buffer): boolean {
  if (bytes.length < 57 || bytes.length > MAX_FILE_BYTES || !bytes.subarray(0, 8).equals(SIGNATURE))
    return false
  const channels = CHANNELS[bytes[COLOUR] ?? 255]
  if (bytes[DEPTH] !== 8 || channels === undefined || bytes[INTERLACING] !== 0) return false
  const [width, height] = [bytes.readUInt32BE(WIDTH), bytes.readUInt32BE(HEIGHT)]
  const { minSide, maxSide } = CANONICAL_LIMITS
  if (Math.min(width, height) < minSide || Math.max(width, height) > maxSide) return false
  return hasOnlyNeutralChunks(bytes)
}

function hasOnlyNeutralChunks(bytes: Buffer): boolean {
  for (let offset = 8; offset + 8 <= bytes.length; offset += 12 + bytes.readUInt32BE(offset))
    if (!NEUTRAL_CHUNKS.has(bytes.toString('latin1', offset + 4, offset + 8))) return false
  return true
}
