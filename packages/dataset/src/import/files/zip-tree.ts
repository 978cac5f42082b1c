import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'
import { promisify } from 'node:util'
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { DatasetError } from '../../dataset-error.js'
import { invalidSource } from '../invalid-source.js'
import { FileWindow } from './file-window.js'
import { streamSlice } from './slice-stream.js'
import {
  checkDistinct,
  checkEntryPath,
  checkWholeFile,
  type FileTree,
  isSystemFile,
  type SourceFile,
} from './source-file.js'

const inflate = promisify(inflateRaw)
/** Below this size a thread of the pool costs more than it saves. */
const SYNC_INFLATE_BYTES = 1 << 16
/** What stands before the data of an entry: this much, then its name and extra fields. */
const LOCAL_HEADER_BYTES = 30
const LOCAL_HEADER_MAGIC = 0x04034b50
const STORED = 0
const DEFLATED = 8

/**
 * The files of a zip archive, read where they stand: nothing is unpacked to the disk.
 * @throws DatasetError naming the entry that leads outside, is a link, is encrypted or unpacks to too much.
 */
export async function openZip(path: string, maxBytes: number): Promise<FileTree> {
  const handle = await open(path)
  try {
    const zip = await yauzl.fromFdPromise(handle.fd, { autoClose: false })
    const { files, folders } = await listEntries(path, zip, handle, maxBytes)
    checkDistinct(path, files)
    return { name: path, files, folders, close: () => handle.close() }
  } catch (cause) {
    await handle.close()
    throw cause instanceof DatasetError
      ? cause
      : invalidSource(path, `it is no zip archive that can be read (${messageOf(cause)}).`, cause)
  }
}

async function listEntries(
  source: string,
  zip: ZipFile,
  handle: FileHandle,
  maxBytes: number,
): Promise<Pick<FileTree, 'files' | 'folders'>> {
  const files: SourceFile[] = []
  const folders: string[] = []
  const window = new FileWindow(handle)
  let unpackedBytes = 0
  for await (const entry of zip.eachEntry()) {
    const path = checkEntryPath(source, entry.fileName)
    if (isSystemFile(path)) continue
    if (path.endsWith('/')) {
      folders.push(path.slice(0, -1))
      continue
    }
    checkEntry(source, path, entry)
    unpackedBytes += entry.uncompressedSize
    if (unpackedBytes > maxBytes)
      throw invalidSource(source, `it unpacks to more than the limit of ${maxBytes} bytes, with ${path}.`)
    files.push(new ZipEntryFile(source, path, handle, window, entry))
  }
  return { files, folders }
}

function checkEntry(source: string, path: string, entry: Entry): void {
  const kind = (entry.externalFileAttributes >>> 16) & constants.S_IFMT
  if (kind !== 0 && kind !== constants.S_IFREG)
    throw invalidSource(source, `its entry ${path} is a link or a device. Remove it from the archive.`)
  if (entry.isEncrypted())
    throw invalidSource(source, `its entry ${path} is encrypted. Zip it without a password.`)
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw invalidSource(
      source,
      `its entry ${path} is compressed by method ${entry.compressionMethod}. Use plain zip (deflate).`,
    )
}

/** Keeps numbers instead of the entry, because an archive may have hundreds of thousands. */
class ZipEntryFile implements SourceFile {
  readonly sizeBytes: number
  private readonly headerOffset: number
  private readonly packedBytes: number
  private readonly isDeflated: boolean
  private readonly crc: number

  constructor(
    private readonly source: string,
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly window: FileWindow,
    entry: Entry,
  ) {
    this.sizeBytes = entry.uncompressedSize
    this.headerOffset = entry.relativeOffsetOfLocalHeader
    this.packedBytes = entry.compressedSize
    this.isDeflated = entry.compressionMethod === DEFLATED
    this.crc = entry.crc32
  }

  /** Without a stream, which costs more than the rest of reading a small picture. */
  async read(): Promise<Buffer> {
    checkWholeFile(this.source, this)
    const bytes = await this.unpack().catch((cause) => {
      throw this.damaged(messageOf(cause), cause)
    })
    this.check(bytes.length, crc32(bytes))
    return bytes
  }

  async open(): Promise<Readable> {
    const packed = streamSlice(this.handle, await this.findData(), this.packedBytes)
    const steps = [packed, ...(this.isDeflated ? [createInflateRaw()] : []), this.createCheck()]
    return pipeline(steps, () => {}) as Transform
  }

  private async unpack(): Promise<Buffer> {
    const packed = await this.window.read(await this.findData(), this.packedBytes)
    if (!this.isDeflated) return packed
    const limit = { maxOutputLength: Math.max(1, this.sizeBytes) }
    return this.sizeBytes < SYNC_INFLATE_BYTES ? inflateRawSync(packed, limit) : inflate(packed, limit)
  }

  private async findData(): Promise<number> {
    const header = await this.window.read(this.headerOffset, LOCAL_HEADER_BYTES)
    if (header.readUInt32LE(0) !== LOCAL_HEADER_MAGIC) throw this.damaged('its local header is missing')
    return this.headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  }

  /** Passes all bytes on, and fails as soon as they are too many, or at the end if they are others. */
  private createCheck(): Transform {
    let sizeBytes = 0
    let crc = 0
    const attempt = (work: () => void, done: TransformCallback) => {
      try {
        work()
        done()
      } catch (error) {
        done(error as Error)
      }
    }
    const check = new Transform({
      transform: (chunk: Buffer, _, done) =>
        attempt(() => {
          sizeBytes += chunk.length
          crc = crc32(chunk, crc)
          if (sizeBytes > this.sizeBytes) this.check(sizeBytes, crc)
          check.push(chunk)
        }, done),
      flush: (done) => attempt(() => this.check(sizeBytes, crc), done),
    })
    return check
  }

  private check(sizeBytes: number, crc: number): void {
    if (sizeBytes !== this.sizeBytes)
      throw this.damaged(`it unpacks to ${sizeBytes} bytes, not ${this.sizeBytes}`)
    if (crc !== this.crc) throw this.damaged('its checksum is wrong')
  }

  private damaged(reason: string, cause?: unknown): DatasetError {
    return invalidSource(`${this.source}/${this.path}`, `it is damaged: ${reason}.`, cause)
  }
}

const messageOf = (cause: unknown) => (cause as Error).message
