import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetError } from '../dataset-error.js'
import type { LoadOptions } from '../dataset-location.js'
import { withDownloadLock } from '../download-lock.js'
import { describeText } from '../fashion-mnist/describe-text.js'
import { createFolder, writeWhole } from '../fashion-mnist/download-files.js'
import { fetchBytes } from '../fashion-mnist/fetch-bytes.js'
import type { ImportOptions } from '../import/import-options.js'
import { KNOWN_DATASETS, type KnownDataset, type KnownDatasetName, type KnownFile } from './known-datasets.js'

/** A download that sends nothing for this long is aborted. */
const STALL_TIMEOUT_MS = 20_000

/** What to give to `importDataset`. */
export interface KnownSource {
  readonly source: string
  readonly options: ImportOptions
}

/**
 * Fetches the official files of a well-known data set into a folder, unless they are there, and checks their SHA-256.
 * @throws DatasetError if no mirror gives them right, or the folder cannot be written; the signal's reason on abort.
 */
export async function fetchKnownDataset(
  name: KnownDatasetName,
  folder: string,
  options: LoadOptions = {},
  dataset: KnownDataset = KNOWN_DATASETS[name],
): Promise<KnownSource> {
  await createFolder(folder)
  const lock = {
    signal: options.signal,
    onWait: () => options.onProgress?.(`another process fetches ${name}`),
  }
  await withDownloadLock(folder, lock, async () => {
    for (const file of dataset.files) await fetchFile(name, dataset, file, folder, options)
  })
  const [archive] = dataset.files
  const source = dataset.imports === 'archive' && archive ? join(folder, archive.name) : folder
  return { source, options: { classNames: [...dataset.classNames] } }
}

async function fetchFile(
  name: string,
  { mirrors }: KnownDataset,
  file: KnownFile,
  folder: string,
  options: LoadOptions,
): Promise<void> {
  const path = join(folder, file.name)
  const there = await readFile(path).catch(() => undefined)
  if (there && findFault(there, file) === undefined) return
  const failures: string[] = []
  for (const mirror of mirrors) {
    options.onProgress?.(`fetching ${file.name} (${(file.sizeBytes / 1e6).toFixed(1)} MB) from ${mirror}`)
    const bytes = await fetchFrom(mirror, file, options).catch((error: Error) => {
      options.signal?.throwIfAborted()
      failures.push(`${mirror}: ${error.message}`)
    })
    if (bytes) return writeWhole(path, bytes)
  }
  throw new DatasetError(
    'dataset-unreachable',
    `${name} cannot be fetched: ${failures.join('; ')}. Put ${file.name} into ${folder} yourself and try again.`,
    { file: path },
  )
}

async function fetchFrom(mirror: string, file: KnownFile, { signal }: LoadOptions): Promise<Uint8Array> {
  const bytes = await fetchBytes(new URL(file.name, mirror).href, {
    maxBytes: file.sizeBytes,
    stallTimeoutMs: STALL_TIMEOUT_MS,
    signal,
  })
  const fault = findFault(bytes, file)
  if (fault) throw new Error(fault)
  return bytes
}

/** What is wrong with the bytes of a file; undefined if they are the official ones. */
function findFault(bytes: Uint8Array, { name, sizeBytes, sha256 }: KnownFile): string | undefined {
  const text = describeText(bytes)
  if (text) return `${name} is ${text} instead of data`
  if (bytes.length !== sizeBytes) return `${name} has ${bytes.length} bytes, not ${sizeBytes}`
  const found = createHash('sha256').update(bytes).digest('hex')
  return found === sha256 ? undefined : `${name} has the SHA-256 ${found}, not ${sha256}`
}
