import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createFolder } from '@sweepd/process'
import {
  type CanonicalManifest,
  type CanonicalShape,
  canonicalManifestSchema,
  type DatasetCheck,
  LABEL_BYTES,
  layoutOf,
  SPLIT_NAMES,
  type SplitName,
  startDigest,
} from './manifest.js'
import { PixelStatistics } from './pixel-statistics.js'

/** Names of the two files of a canonical data set. */
export const MANIFEST_FILE = 'manifest.json'
export const DATA_FILE = 'data.bin'

/**
 * Writes a canonical data set as a stream of the bytes of `data.bin`. Everything happens in a temporary folder beside
 * the target that `finish` renames; `discard` removes it. So the target is whole or not there.
 */
export class CanonicalWriter {
  private written = 0
  private readonly digest
  private readonly statistics
  private readonly perClass: Record<SplitName, number[]>
  /** Low byte of a label that the last piece cut in two. */
  private halfLabel: number | undefined

  private constructor(
    private readonly folder: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
    private readonly shape: CanonicalShape,
    private readonly layout = layoutOf(shape),
  ) {
    this.digest = startDigest(shape)
    this.statistics = new PixelStatistics(shape.channels)
    const zeros = () => shape.classNames.map(() => 0)
    this.perClass = { train: zeros(), validation: zeros(), test: zeros() }
  }

  /** @param folder where the data set will be; it must not exist, or be empty */
  static async create(folder: string, shape: CanonicalShape): Promise<CanonicalWriter> {
    const temporary = join(dirname(folder), `.${randomUUID()}.partial`)
    await createFolder(dirname(folder))
    await mkdir(temporary)
    try {
      return new CanonicalWriter(folder, temporary, await open(join(temporary, DATA_FILE), 'wx'), shape)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * Appends the next bytes of `data.bin`, in pieces of any size.
   * @throws RangeError if they are too many, or a label has no class.
   */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.written + bytes.length > this.layout.sizeBytes)
      throw new RangeError(`more than the ${this.layout.sizeBytes} bytes of the announced shape`)
    this.digest.update(bytes)
    this.count(bytes)
    this.written += bytes.length
    for (let done = 0; done < bytes.length; )
      done += (await this.file.write(bytes, done, bytes.length - done)).bytesWritten
  }

  /**
   * Writes the manifest and puts the data set in its place.
   * @throws RangeError if bytes are missing; the error of the file system if the target holds something.
   */
  async finish(checks: readonly DatasetCheck[]): Promise<CanonicalManifest> {
    if (this.written < this.layout.sizeBytes)
      throw new RangeError(`${this.written} of ${this.layout.sizeBytes} bytes were written`)
    const manifest = this.createManifest(checks)
    await this.file.sync()
    await this.file.close()
    await writeFile(join(this.temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(this.temporary, this.folder)
    return manifest
  }

  /** Leaves nothing behind; does nothing after `finish`. */
  async discard(): Promise<void> {
    await this.file.close()
    await rm(this.temporary, { recursive: true, force: true })
  }

  private createManifest(checks: readonly DatasetCheck[]): CanonicalManifest {
    const { height, width, channels, classNames, sizes } = this.shape
    const split = (name: SplitName) => ({ images: sizes[name], perClass: this.perClass[name] })
    return canonicalManifestSchema.parse({
      format: 1,
      height,
      width,
      channels,
      classNames,
      splits: { train: split('train'), validation: split('validation'), test: split('test') },
      ...this.statistics.summarise(),
      checks,
      digest: this.digest.digest('hex'),
    })
  }

  /** Takes the statistics of those bytes that are training pixels, and counts the classes of those that are labels. */
  private count(bytes: Uint8Array): void {
    const { train } = this.layout
    if (this.written < train.labelsOffset)
      this.statistics.add(bytes.subarray(0, train.labelsOffset - this.written))
    for (const name of SPLIT_NAMES) {
      const { labelsOffset, images } = this.layout[name]
      const start = Math.max(labelsOffset - this.written, 0)
      const end = labelsOffset + images * LABEL_BYTES - this.written
      if (start < bytes.length && end > 0) this.countLabels(name, bytes.subarray(start, end))
    }
  }

  private countLabels(name: SplitName, bytes: Uint8Array): void {
    const perClass = this.perClass[name]
    for (const byte of bytes) {
      if (this.halfLabel === undefined) {
        this.halfLabel = byte
        continue
      }
      const label = this.halfLabel + 256 * byte
      this.halfLabel = undefined
      const count = perClass[label]
      if (count === undefined) throw new RangeError(`label ${label} is not one of ${perClass.length} classes`)
      perClass[label] = count + 1
    }
  }
}
