import { type CanonicalManifest, cacheDataset } from '@sweepd/dataset'
import type { DatasetStore } from '@sweepd/scheduler'

/** Where a worker keeps the data sets that people added. */
export interface DatasetCache {
  readonly dataDir: string
  readonly limitBytes: number
}

/** Options of `fetchDataset`. */
export interface FetchOptions {
  readonly signal: AbortSignal
  readonly onProgress: (message: string) => void
}

/**
 * Folder of the data set with this digest in the data folder, fetched from the store if it is not there.
 * @throws Error if the store has no such data set; as `cacheDataset` does
 */
export async function fetchDataset(
  datasets: DatasetStore,
  digest: string,
  { dataDir, limitBytes }: DatasetCache,
  { signal, onProgress }: FetchOptions,
): Promise<string> {
  const stored = await datasets.findBytes(digest)
  if (stored === undefined)
    throw new Error(`the data set with the digest ${digest} is no longer stored; add it again`)
  const manifest: CanonicalManifest = { format: 1, digest, ...stored.content }
  const read = (start: number, end: number) => datasets.readBytes(stored.id, start, end)
  return cacheDataset(
    { manifest, sizeBytes: stored.sizeBytes, read },
    { dataDir, limitBytes, signal, onProgress },
  )
}
