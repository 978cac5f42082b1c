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

/** Makes the manifest of a data set from the bytes of its `data.bin` as they pass by. */
export class CanonicalScan {
  private written = 0
  private readonly digest
  private readonly statistics
  private readonly perClass: Record<SplitName, number[]>
  /** Low byte of a label that the last piece cut in two. */
  private halfLabel: number | undefined

  constructor(
    private readonly shape: CanonicalShape,
    private readonly layout = layoutOf(shape),
  ) {
    this.digest = startDigest(shape)
    this.statistics = new PixelStatistics(shape.channels)
    const zeros = () => shape.classNames.map(() => 0)
    this.perClass = { train: zeros(), validation: zeros(), test: zeros() }
  }

  /**
   * Takes the next bytes of `data.bin`, in pieces of any size.
   * @throws RangeError if they are too many, or a label has no class.
   */
  add(bytes: Uint8Array): void {
    if (this.written + bytes.length > this.layout.sizeBytes)
      throw new RangeError(`more than the ${this.layout.sizeBytes} bytes of the announced shape`)
    this.digest.update(bytes)
    this.count(bytes)
    this.written += bytes.length
  }

  /** @throws RangeError if bytes are missing */
  finish(checks: readonly DatasetCheck[]): CanonicalManifest {
    if (this.written < this.layout.sizeBytes)
      throw new RangeError(`${this.written} of ${this.layout.sizeBytes} bytes were written`)
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
