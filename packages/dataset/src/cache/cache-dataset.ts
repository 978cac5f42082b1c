import { type FileHandle, mkdir, open, rename, rm, statfs, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createFolder } from '@sweepd/process'
import { readCanonical } from '../canonical/canonical-dataset.js'
import { CanonicalScan } from '../canonical/canonical-scan.js'
import { DATA_FILE, MANIFEST_FILE } from '../canonical/canonical-writer.js'
import { type CanonicalManifest, shapeOf } from '../canonical/manifest.js'
import { DatasetError } from '../dataset-error.js'
import type { LoadOptions } from '../dataset-location.js'
import { withDownloadLock } from '../download-lock.js'
import { makeRoom } from './evict-datasets.js'

/** A data set that lies elsewhere. */
export interface RemoteDataset {
  readonly manifest: CanonicalManifest
  /** Of `data.bin`. */
  readonly sizeBytes: number
  /** Bytes `start` to `end` (exclusive) of `data.bin`. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** Where data sets are kept, and how much of them. */
export interface CacheOptions extends LoadOptions {
  readonly dataDir: string
  /** All data sets together; those that were not used for longest make room. */
  readonly limitBytes: number
}

const PIECE_BYTES = 1024 ** 2

/**
 * Folder of a canonical data set in the data folder, fetched if it is not there. One process fetches while the others
 * that share the data folder wait; one that breaks off leaves what it has, and the next one resumes. The digest of all bytes is
 * checked before anyone sees the folder.
 * @throws DatasetError if it is larger than the limit, the disk is full, or the bytes are wrong; what `read` throws
 */
export async function cacheDataset(remote: RemoteDataset, options: CacheOptions): Promise<string> {
  const { digest } = remote.manifest
  const all = join(resolve(options.dataDir), 'datasets')
  const folder = join(all, digest)
  if (await isCached(folder)) return folder
  const lockFolder = join(all, `.${digest}.lock`)
  await createFolder(lockFolder)
  const onWait = () =>
    options.onProgress?.('another process of this machine fetches the data set; waiting for it')
  await withDownloadLock(lockFolder, { signal: options.signal, onWait }, async () => {
    if (await isCached(folder)) return
    await makeRoom(all, digest, remote.sizeBytes, options.limitBytes)
    await fetchInto(folder, join(all, `.${digest}.partial`), remote, options)
  })
  return folder
}

/** Whether the data set is whole; notes that it was used. One that is damaged is removed. */
async function isCached(folder: string): Promise<boolean> {
  try {
    await (await readCanonical(folder)).close()
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code === 'dataset-unreadable') throw error
    if (error.code === 'dataset-corrupt') await rm(folder, { recursive: true, force: true })
    return false
  }
  const now = new Date()
  await utimes(join(folder, MANIFEST_FILE), now, now).catch(() => {})
  return true
}

async function fetchInto(
  folder: string,
  partial: string,
  remote: RemoteDataset,
  options: CacheOptions,
): Promise<void> {
  try {
    await mkdir(partial, { recursive: true })
    const file = await open(join(partial, DATA_FILE), 'a+')
    try {
      await fetchRest(file, partial, remote, options)
      await file.sync()
    } finally {
      await file.close()
    }
    await writeFile(join(partial, MANIFEST_FILE), `${JSON.stringify(remote.manifest, null, 2)}\n`)
    await rename(partial, folder)
  } catch (error) {
    // What is wrong is fetched anew; what broke off resumes. A full disk gets its room back.
    if (error instanceof DatasetError || isFull(error)) await rm(partial, { recursive: true, force: true })
    throw isFull(error) ? await describeFull(folder, remote.sizeBytes, error) : error
  }
}

async function fetchRest(
  file: FileHandle,
  partial: string,
  { manifest, sizeBytes, read }: RemoteDataset,
  { signal, onProgress }: CacheOptions,
): Promise<void> {
  const scan = new CanonicalScan(shapeOf(manifest))
  let done = await scanKept(file, scan, sizeBytes)
  if (done > 0) onProgress?.(`resuming at ${formatMb(done)} of ${formatMb(sizeBytes)}`)
  let told = Math.floor((10 * done) / sizeBytes)
  while (done < sizeBytes) {
    signal?.throwIfAborted()
    const bytes = await read(done, Math.min(done + PIECE_BYTES, sizeBytes))
    scan.add(bytes)
    await file.appendFile(bytes)
    done += bytes.length
    const tenth = Math.floor((10 * done) / sizeBytes)
    if (tenth > told) onProgress?.(`fetched ${formatMb(done)} of ${formatMb(sizeBytes)}`)
    told = tenth
  }
  const found = scan.finish(manifest.checks).digest
  if (found === manifest.digest) return
  throw new DatasetError(
    'dataset-corrupt',
    `The data set that was fetched to ${partial} has the digest ${found}, not ${manifest.digest}: it was damaged on its way or where it is stored. It is fetched anew; if that does not help, add it again.`,
    { file: partial },
  )
}

/** Reads what an earlier download left, and returns how much that is. */
async function scanKept(file: FileHandle, scan: CanonicalScan, sizeBytes: number): Promise<number> {
  const { size } = await file.stat()
  // Of another build, or not ours.
  if (size > sizeBytes) {
    await file.truncate(0)
    return 0
  }
  const buffer = Buffer.allocUnsafe(PIECE_BYTES)
  let done = 0
  while (done < size) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, size - done), done)
    if (bytesRead === 0) break
    try {
      scan.add(buffer.subarray(0, bytesRead))
    } catch (cause) {
      const message = `What an earlier download left is damaged (${(cause as Error).message}); it is fetched anew.`
      throw new DatasetError('dataset-corrupt', message, { cause })
    }
    done += bytesRead
  }
  return done
}

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

async function describeFull(folder: string, sizeBytes: number, cause: unknown): Promise<DatasetError> {
  const free = await statfs(join(folder, '..')).then(
    ({ bavail, bsize }) => `, and ${formatMb(bavail * bsize)} are free`,
    () => '',
  )
  return new DatasetError(
    'dataset-disk-full',
    `The disk of ${folder} is full: the data set needs ${formatMb(sizeBytes)}${free}. Make room, or set SWEEPD_DATA_DIR to a larger disk.`,
    { file: folder, cause },
  )
}

const formatMb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
