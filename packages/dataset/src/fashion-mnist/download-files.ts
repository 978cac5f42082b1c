import { createHash, randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createFolder as createAll } from '@sweepd/process'
import { DatasetError } from '../dataset-error.js'
import type { LoadOptions } from '../dataset-location.js'
import { describeText } from './describe-text.js'
import { fetchBytes } from './fetch-bytes.js'
import { listImageFolder, listMissingFiles } from './image-folder.js'
import type { FashionMnistOrigin, OfficialFile } from './official-files.js'
import { FaultyDataError } from './sanity-check.js'

/**
 * Fetches these files into the folder from the first mirror that gives them right. Each is checked, written under a
 * temporary name and renamed, so that a folder never shows half a file and several processes may do this at once.
 * @throws DatasetError if no mirror gives them, or the folder cannot be written; the signal's reason on abort.
 */
export async function downloadFiles(
  files: readonly OfficialFile[],
  dir: string,
  origin: FashionMnistOrigin,
  options: LoadOptions,
): Promise<void> {
  const failures: { mirror: string; error: Error }[] = []
  for (const mirror of origin.mirrors) {
    try {
      return await downloadFrom(mirror, files, dir, origin, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof DatasetError) throw error
      failures.push({ mirror, error: error as Error })
      options.onProgress?.(`Fashion-MNIST from ${mirror}: ${(error as Error).message}`)
    }
  }
  const isCorrupt = failures.length > 0 && failures.every(({ error }) => error instanceof FaultyDataError)
  throw new DatasetError(
    isCorrupt ? 'dataset-corrupt' : 'dataset-unreachable',
    `Fashion-MNIST cannot be downloaded to ${dir}: ` +
      `${failures.map(({ mirror, error }) => `${mirror}: ${error.message}`).join('; ')}. ` +
      'Set FASHION_MNIST_DIR to a folder with the four official files, or install them with ' +
      '"apt-get install dataset-fashion-mnist", or use the dataset "synthetic".',
    { file: join(dir, `${files[0]?.name}.gz`), cause: failures.at(-1)?.error },
  )
}

async function downloadFrom(
  mirror: string,
  files: readonly OfficialFile[],
  dir: string,
  origin: FashionMnistOrigin,
  options: LoadOptions,
): Promise<void> {
  for (const file of files) {
    // Another process, or the mirror before, may have brought it in the meantime.
    const missing = listMissingFiles(await listImageFolder(dir, ''), origin.files)
    if (!missing.includes(file)) continue
    const bytes = await fetchBytes(new URL(`${file.name}.gz`, mirror).href, {
      maxBytes: file.gzipSizeBytes,
      stallTimeoutMs: origin.stallTimeoutMs,
      signal: options.signal,
      onReceived: reportTenths(file, options),
    })
    checkDownload(bytes, file)
    await writeWhole(join(dir, `${file.name}.gz`), bytes)
  }
}

function checkDownload(bytes: Uint8Array, file: OfficialFile): void {
  const name = `${file.name}.gz`
  const text = describeText(bytes)
  if (text) throw new FaultyDataError(`${name} is ${text} instead of data`)
  if (bytes.length < file.gzipSizeBytes)
    throw new FaultyDataError(`${name} is truncated: ${bytes.length} of ${file.gzipSizeBytes} bytes`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== file.gzipSha256)
    throw new FaultyDataError(`${name} has a wrong checksum: SHA-256 ${sha256}, not ${file.gzipSha256}`)
}

/**
 * Writes a file under a temporary name and renames it, so that nobody sees half of it.
 * @throws DatasetError if that cannot be done
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomUUID()}.part`
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true })
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw toUnwritable(path, cause)
  }
}

/**
 * Creates a folder and those above it.
 * @throws DatasetError if that cannot be done
 */
export async function createFolder(path: string): Promise<void> {
  try {
    await createAll(resolve(path))
  } catch (cause) {
    throw toUnwritable(path, cause)
  }
}

function toUnwritable(path: string, cause: unknown): DatasetError {
  const message = `${path} cannot be written: ${(cause as Error).message}. Make room, or set SWEEPD_DATA_DIR to a folder that may be written.`
  return new DatasetError('dataset-unwritable', message, { file: path, cause })
}

function reportTenths(file: OfficialFile, { onProgress }: LoadOptions): (receivedBytes: number) => void {
  let reported = -1
  return (receivedBytes) => {
    const tenths = Math.min(10, Math.floor((10 * receivedBytes) / file.gzipSizeBytes))
    if (tenths === reported) return
    reported = tenths
    onProgress?.(
      `downloading ${file.name}.gz: ${tenths * 10} % of ${(file.gzipSizeBytes / 1e6).toFixed(1)} MB`,
    )
  }
}
