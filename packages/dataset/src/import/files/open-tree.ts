import { open, stat } from 'node:fs/promises'
import { constants, gunzipSync } from 'node:zlib'
import type { ImportControl } from '../import-options.js'
import { openFolder, openSingleFile } from './folder-tree.js'
import { type FileTree, refuseUnreadable } from './source-file.js'
import { openTar } from './tar-tree.js'
import { openZip } from './zip-tree.js'

interface OpenOptions extends ImportControl {
  readonly workFolder: string
  readonly maxBytes: number
}

/**
 * The files of a source: of a folder, of a zip archive (an npz file is one), of a tar archive, or a file by itself.
 * Archives are known by their content, not by their name.
 * @throws DatasetError naming the source, or the entry at fault.
 */
export async function openTree(source: string, options: OpenOptions): Promise<FileTree> {
  const facts = await stat(source).catch((cause) => refuseUnreadable(source, cause))
  if (facts.isDirectory()) return openFolder(source)
  const start = facts.isFile() ? await readStart(source) : Buffer.alloc(0)
  if (start.subarray(0, 4).equals(ZIP_START) || start.subarray(0, 4).equals(EMPTY_ZIP))
    return openZip(source, options.maxBytes)
  if (isTar(start)) return openTar(source, { ...options, isZipped: false })
  if (isTar(unzipStart(start))) return openTar(source, { ...options, isZipped: true })
  return openSingleFile(source)
}

const ZIP_START = Buffer.from('PK\x03\x04', 'latin1')
const EMPTY_ZIP = Buffer.from('PK\x05\x06', 'latin1')
const TAR_MAGIC_OFFSET = 257
/** Unpacks to more than a header of a tar archive. */
const START_BYTES = 4096

const isTar = (start: Buffer) =>
  start.subarray(TAR_MAGIC_OFFSET, TAR_MAGIC_OFFSET + 5).toString('latin1') === 'ustar'

/** The beginning of what a gzip file holds; empty if it is none. */
function unzipStart(start: Buffer): Buffer {
  if (start[0] !== 0x1f || start[1] !== 0x8b) return Buffer.alloc(0)
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: START_BYTES * 1100 })
  } catch {
    return Buffer.alloc(0)
  }
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path).catch((cause) => refuseUnreadable(path, cause))
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
