import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DatasetError } from '../dataset-error.js'
import { DATA_FILE, MANIFEST_FILE } from './canonical-writer.js'
import {
  type CanonicalManifest,
  canonicalManifestSchema,
  LABEL_BYTES,
  layoutOf,
  type SplitName,
  shapeOf,
  startDigest,
} from './manifest.js'

/** A canonical data set that is open for reading. Images are read in pieces; close it after use. */
export class CanonicalDataset {
  constructor(
    readonly manifest: CanonicalManifest,
    private readonly file: FileHandle,
    /** Where everything lies in `data.bin`. */
    readonly layout = layoutOf(shapeOf(manifest)),
  ) {}

  /**
   * `[count, height, width, channels]`: images `start` to `start + count` of a split.
   * @throws RangeError if the split has fewer.
   */
  readImages(split: SplitName, start: number, count: number): Promise<Uint8Array> {
    const { imagesOffset, images } = this.layout[split]
    checkRange(split, images, start, count)
    const { imageBytes } = this.layout
    return this.read(imagesOffset + start * imageBytes, count * imageBytes)
  }

  /**
   * `[count]`: their class numbers; all of the split if no range is given.
   * @throws RangeError if the split has fewer.
   */
  async readLabels(
    split: SplitName,
    start = 0,
    count = this.layout[split].images - start,
  ): Promise<Uint16Array> {
    const { labelsOffset, images } = this.layout[split]
    checkRange(split, images, start, count)
    const bytes = await this.read(labelsOffset + start * LABEL_BYTES, count * LABEL_BYTES)
    return Uint16Array.from({ length: count }, (_, index) => bytes.readUInt16LE(index * LABEL_BYTES))
  }

  /** Bytes of `data.bin` from its start, in pieces: what a copy of the data set consists of. */
  async *readAll(pieceBytes = 1 << 20): AsyncGenerator<Uint8Array> {
    const { sizeBytes } = this.layout
    for (let start = 0; start < sizeBytes; start += pieceBytes)
      yield await this.read(start, Math.min(pieceBytes, sizeBytes - start))
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private async read(start: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.file.read(bytes, done, length - done, start + done)
      if (bytesRead === 0) throw new RangeError(`${DATA_FILE} ends after ${start + done} bytes`)
      done += bytesRead
    }
    return bytes
  }
}

/**
 * Opens a canonical data set and checks that its sizes fit; its digest too if asked for, which reads all of it.
 * @throws DatasetError naming the file at fault.
 */
export async function readCanonical(
  folder: string,
  options: { readonly verifyDigest?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<CanonicalDataset> {
  const manifest = await readManifest(join(folder, MANIFEST_FILE))
  const path = join(folder, DATA_FILE)
  const file = await openFile(path)
  try {
    const dataset = new CanonicalDataset(manifest, file)
    const { size } = await file.stat()
    if (size !== dataset.layout.sizeBytes)
      throw corrupt(path, `it holds ${size} bytes, not the ${dataset.layout.sizeBytes} of its manifest`)
    if (options.verifyDigest) await verifyDigest(dataset, path, options.signal)
    return dataset
  } catch (error) {
    await file.close()
    throw error
  }
}

async function verifyDigest(
  dataset: CanonicalDataset,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const digest = startDigest(shapeOf(dataset.manifest))
  for await (const piece of dataset.readAll()) {
    signal?.throwIfAborted()
    digest.update(piece)
  }
  const found = digest.digest('hex')
  if (found !== dataset.manifest.digest)
    throw corrupt(path, `its digest is ${found}, not the ${dataset.manifest.digest} of its manifest`)
}

async function readManifest(path: string): Promise<CanonicalManifest> {
  try {
    return canonicalManifestSchema.parse(JSON.parse(await readText(path)))
  } catch (cause) {
    if (cause instanceof z.ZodError) throw corrupt(path, z.prettifyError(cause), cause)
    if (cause instanceof SyntaxError) throw corrupt(path, cause.message, cause)
    throw cause
  }
}

const readText = (path: string) => readFile(path, 'utf8').catch((cause) => refuseRead(path, cause))
const openFile = (path: string) => open(path).catch((cause) => refuseRead(path, cause))

function refuseRead(path: string, cause: NodeJS.ErrnoException): never {
  const code = cause.code === 'ENOENT' ? 'dataset-missing' : 'dataset-unreadable'
  throw new DatasetError(code, `${path} cannot be read: ${cause.message}.`, { file: path, cause })
}

function corrupt(path: string, reason: string, cause?: unknown): DatasetError {
  const message = `${path} is damaged: ${reason}. Remove its folder, and the data set is fetched again.`
  return new DatasetError('dataset-corrupt', message, { file: path, cause })
}

function checkRange(split: SplitName, images: number, start: number, count: number): void {
  if (start < 0 || count < 0 || start + count > images)
    throw new RangeError(`images ${start} to ${start + count} of ${split}, which has ${images}`)
}
