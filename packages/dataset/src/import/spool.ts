import { createHash, randomUUID } from 'node:crypto'
import { readSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SplitName } from '../canonical/manifest.js'
import { BufferedFile } from './buffered-file.js'
import { invalidSource } from './invalid-source.js'

/** Where an image belongs by its source; `all` if the source does not say. */
export type GivenSplit = SplitName | 'all'

/** An image as a source hands it on. */
export interface SpooledImage {
  readonly split: GivenSplit
  readonly label: number
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Path of its file; undefined for the next entry of an array. */
  readonly path?: string
}

/** Bytes of a hash that tell images apart: 2⁶⁴ images until two are confused. */
const HASH_BYTES = 16

/**
 * All images of a source in the order in which they arrive: pixels in a nameless file, the rest in memory, about 100
 * bytes an image.
 */
export class Spool {
  readonly splits: GivenSplit[] = []
  readonly labels: number[] = []
  /** Empty for images of arrays. */
  readonly paths: string[] = []
  /** Numbers of the images whose pixels all have the same value. */
  readonly constant: number[] = []
  /** The brightest value of all. */
  maxPixel = 0
  channels = 1
  height = 0
  width = 0
  private readonly offsets: number[] = []
  private readonly channelCounts: number[] = []
  private readonly parts: { name: string; first: number }[] = []
  private hashBytes = Buffer.alloc(HASH_BYTES * 1024)
  private readonly pixels: BufferedFile

  private constructor(
    private readonly source: string,
    private readonly file: FileHandle,
    private readonly maxBytes: number,
  ) {
    this.pixels = new BufferedFile(file)
  }

  /** @param workFolder takes the file, which loses its name at once and so cannot be left behind */
  static async create(source: string, workFolder: string, maxBytes: number): Promise<Spool> {
    const path = join(workFolder, `.${randomUUID()}.images`)
    const file = await open(path, 'wx+')
    await rm(path)
    return new Spool(source, file, maxBytes)
  }

  get size(): number {
    return this.labels.length
  }

  /** The images that follow are entries of this array. */
  beginPart(name: string): void {
    this.parts.push({ name, first: this.size })
  }

  /** For messages: the path of the file, or the entry of the array. */
  nameOf(index: number): string {
    const path = this.paths[index]
    if (path !== undefined) return path
    const part = this.parts.findLast(({ first }) => first <= index)
    return part ? `${part.name}[${index - part.first}]` : `image ${index}`
  }

  /** The first 128 bits of the SHA-256 of the pixels of image `index`. */
  hashOf(index: number): Buffer {
    return this.hashBytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
  }

  /**
   * Takes an image, whose pixels it copies. Wait for it before handing on the next one, or memory grows.
   * @throws DatasetError if its size is not that of the others, or all are too large.
   */
  async add(image: SpooledImage): Promise<void> {
    const { split, label, pixels, channels, path } = image
    this.checkShape(image)
    const index = this.size
    this.splits.push(split)
    this.labels.push(label)
    if (path !== undefined) this.paths.push(path)
    this.offsets.push(this.pixels.sizeBytes)
    this.channelCounts.push(channels)
    this.channels = Math.max(this.channels, channels)
    this.inspect(index, pixels, channels)
    if (this.pixels.sizeBytes + pixels.length > this.maxBytes)
      throw invalidSource(this.source, `its pixels exceed the limit of ${this.maxBytes} bytes.`)
    await this.pixels.append(pixels)
  }

  /** Call it before reading. */
  finish(): Promise<void> {
    return this.pixels.flush()
  }

  /** Copies the pixels of an image to `target`; one channel is repeated if the others have three. */
  readInto(index: number, target: Uint8Array): void {
    const channels = this.channelCounts[index] ?? 1
    const bytes = channels === this.channels ? target : new Uint8Array(target.length / this.channels)
    const offset = this.offsets[index] ?? 0
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.file.fd, bytes, done, bytes.length - done, offset + done)
      if (read === 0) throw new RangeError(`image ${index} is not in the spool`)
      done += read
    }
    if (bytes === target) return
    for (const [pixel, value] of bytes.entries())
      target.fill(value, pixel * this.channels, (pixel + 1) * this.channels)
  }

  async close(): Promise<void> {
    await this.pixels.flush().catch(() => {})
    await this.file.close()
  }

  private checkShape({ height, width, channels, pixels }: SpooledImage): void {
    if (pixels.length !== height * width * channels)
      throw new RangeError(`${pixels.length} bytes for ${height}×${width}×${channels}`)
    if (this.size === 0) {
      this.height = height
      this.width = width
    }
  }

  private inspect(index: number, pixels: Uint8Array, channels: number): void {
    let isConstant = true
    let max = this.maxPixel
    for (let offset = 0; offset < pixels.length; offset++) {
      const value = pixels[offset] ?? 0
      if (value > max) max = value
      if (offset >= channels && value !== pixels[offset - channels]) isConstant = false
    }
    this.maxPixel = max
    if (isConstant) this.constant.push(index)
    const end = (index + 1) * HASH_BYTES
    if (end > this.hashBytes.length)
      this.hashBytes = Buffer.concat([this.hashBytes], 2 * this.hashBytes.length)
    createHash('sha256')
      .update(pixels)
      .digest()
      .copy(this.hashBytes, end - HASH_BYTES, 0, HASH_BYTES)
  }
}
