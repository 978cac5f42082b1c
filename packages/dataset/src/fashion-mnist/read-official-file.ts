import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { DatasetError } from '../dataset-error.js'
import { type IdxArray, IdxFormatError, parseIdx } from '../idx.js'
import { describeText } from './describe-text.js'
import type { ImageFolder } from './image-folder.js'
import type { OfficialFile } from './official-files.js'
import { checkSanity, FaultyDataError } from './sanity-check.js'

const unzip = promisify(gunzip)

/**
 * One of the four files, zipped or not, checked from its magic number to its SHA-256.
 * @throws DatasetError naming the file and the remedy.
 */
export async function readOfficialFile(
  folder: ImageFolder,
  file: OfficialFile,
  signal?: AbortSignal,
): Promise<IdxArray> {
  const path = join(folder.path, folder.names.has(`${file.name}.gz`) ? `${file.name}.gz` : file.name)
  const bytes = await readBytes(path, signal)
  try {
    return await parseOfficialFile(bytes, file)
  } catch (cause) {
    if (!(cause instanceof FaultyDataError || cause instanceof IdxFormatError)) throw cause
    const message = `${path} is not the official file: ${cause.message}. ${folder.remedy}`
    throw new DatasetError('dataset-corrupt', message, { file: path, cause })
  }
}

async function readBytes(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal })
  } catch (cause) {
    signal?.throwIfAborted()
    const message = `${path} cannot be read: ${(cause as Error).message}. Let the user who runs sweepd read it.`
    throw new DatasetError('dataset-unreadable', message, { file: path, cause })
  }
}

/** The cheap and telling checks come first, so that the message says more than "wrong checksum" if possible. */
async function parseOfficialFile(bytes: Uint8Array, file: OfficialFile): Promise<IdxArray> {
  const text = describeText(bytes)
  if (bytes.length === 0) throw new FaultyDataError('it is empty')
  if (text) throw new FaultyDataError(`it holds ${text} instead of data`)
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  const idx = isZipped ? await unzipIdx(bytes, file) : bytes
  const array = parseIdx(idx)
  checkSanity(array, file)
  const sha256 = createHash('sha256').update(idx).digest('hex')
  if (sha256 !== file.sha256)
    throw new FaultyDataError(`the SHA-256 of its unzipped bytes is ${sha256}, not ${file.sha256}`)
  return array
}

async function unzipIdx(bytes: Uint8Array, file: OfficialFile): Promise<Uint8Array> {
  const headerSize = 4 + 4 * file.shape.length
  const sizeBytes = file.shape.reduce((product, length) => product * length, 1) + headerSize
  try {
    return await unzip(bytes, { maxOutputLength: sizeBytes })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason =
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `it unzips to more than ${sizeBytes} bytes`
        : code === 'Z_BUF_ERROR'
          ? `it is truncated: gzip ends too early after ${bytes.length} bytes`
          : `gzip reports "${message}"`
    throw new FaultyDataError(reason, { cause })
  }
}
