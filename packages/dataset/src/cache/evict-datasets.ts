import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DATA_FILE, MANIFEST_FILE } from '../canonical/canonical-writer.js'
import { DatasetError } from '../dataset-error.js'

interface Cached {
  readonly path: string
  readonly sizeBytes: number
  readonly usedAtMs: number
}

/**
 * Removes data sets from the folder, the least recently used first, until one of this size fits below the limit. A
 * process that reads one of them keeps it open, and goes on.
 * @throws DatasetError if it alone is larger than the limit
 */
export async function makeRoom(
  folder: string,
  digest: string,
  sizeBytes: number,
  limitBytes: number,
): Promise<void> {
  if (sizeBytes > limitBytes)
    throw new DatasetError(
      'dataset-disk-full',
      `The data set has ${sizeBytes} bytes, more than DATASET_CACHE_BYTES allows for all of them (${limitBytes}). Raise it.`,
      { file: folder },
    )
  const cached = (await listCached(folder, digest)).sort((a, b) => a.usedAtMs - b.usedAtMs)
  let held = cached.reduce((sum, each) => sum + each.sizeBytes, sizeBytes)
  for (const each of cached) {
    if (held <= limitBytes) return
    await rm(each.path, { recursive: true, force: true })
    held -= each.sizeBytes
  }
}

/** A download that got nothing for so long has broken off, and goes like a data set. */
const ABANDONED_MS = 15 * 60_000

async function listCached(folder: string, digest: string): Promise<Cached[]> {
  const names = (await readdir(folder)).filter(
    (name) => /^\.?[0-9a-f]{64}(\.partial)?$/.test(name) && !name.includes(digest),
  )
  const found = await Promise.all(names.map((name) => describe(join(folder, name))))
  return found.filter((each) => each !== undefined)
}

async function describe(path: string): Promise<Cached | undefined> {
  const [data, manifest] = await Promise.all(
    [DATA_FILE, MANIFEST_FILE].map((name) => stat(join(path, name)).catch(() => undefined)),
  )
  if (data === undefined) return undefined
  if (manifest === undefined && data.mtimeMs > Date.now() - ABANDONED_MS) return undefined
  return { path, sizeBytes: data.size, usedAtMs: (manifest ?? data).mtimeMs }
}
