import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { readCanonical } from './canonical-dataset.js'
import { DATA_FILE } from './canonical-writer.js'
import type { CanonicalManifest, SplitName } from './manifest.js'

/** Pixels that stay in their file: what is read of it, the system keeps for all processes that read it. */
export interface PixelFile {
  /** In bytes. */
  readonly length: number
  /** Copies bytes `start` to `end` (exclusive) to a place in `target`. */
  copyTo(target: Uint8Array, at: number, start: number, end: number): void
}

/** One part of a canonical data set, ready for training. */
export interface CanonicalImages {
  readonly size: number
  /** `[size, height, width, channels]`, 0 to 255. */
  readonly images: Uint8Array | PixelFile
  readonly labels: Uint16Array
}

/** A canonical data set, ready for training. */
export interface LoadedCanonical extends Readonly<Record<SplitName, CanonicalImages>> {
  readonly manifest: CanonicalManifest
  /** Closes the file; then no images can be read any more. */
  close(): void
}

/**
 * Up to so many bytes a part is read into memory, where a batch of tiny images is gathered faster: a read of a file takes
 * a microsecond.
 */
const IN_MEMORY_BYTES = 64 * 1024 ** 2

/**
 * Opens a canonical data set for training. Its labels are read; its pixels too, unless a part has more of them than
 * `inMemoryBytes`: those are read as they are needed.
 * @throws DatasetError naming the file at fault
 */
export async function loadCanonical(
  folder: string,
  inMemoryBytes = IN_MEMORY_BYTES,
): Promise<LoadedCanonical> {
  const dataset = await readCanonical(folder)
  const { manifest, layout } = dataset
  const descriptor = openSync(join(folder, DATA_FILE), 'r')
  const load = async (split: SplitName): Promise<CanonicalImages> => {
    const { images: size, imagesOffset } = layout[split]
    const length = size * layout.imageBytes
    const images =
      length <= inMemoryBytes
        ? new Uint8Array(await dataset.readImages(split, 0, size))
        : openPixels(descriptor, imagesOffset, length)
    return { size, images, labels: await dataset.readLabels(split) }
  }
  try {
    const [train, validation, test] = [await load('train'), await load('validation'), await load('test')]
    return { manifest, train, validation, test, close: () => closeSync(descriptor) }
  } catch (error) {
    closeSync(descriptor)
    throw error
  } finally {
    await dataset.close()
  }
}

/** Read synchronously: a batch is gathered while training waits for it anyway. */
function openPixels(descriptor: number, offset: number, length: number): PixelFile {
  return {
    length,
    copyTo(target, at, start, end) {
      for (let done = start; done < end; ) {
        const bytes = readSync(descriptor, target, at + done - start, end - done, offset + done)
        if (bytes === 0) throw new RangeError(`${DATA_FILE} ends after ${offset + done} bytes`)
        done += bytes
      }
    },
  }
}
