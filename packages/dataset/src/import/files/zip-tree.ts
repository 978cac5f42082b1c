import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { DatasetError } from '../../dataset-error.js'
import { invalidSource } from '../invalid-source.js'
import { FileWindow } from './file-window.js'
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
    const files = await listEntries(path, zip, new FileWindow(handle), maxBytes)
    checkDistinct(path, files)
    return { name: path, files, close: () => handle.close() }
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
  window: FileWindow,
  maxBytes: number,
): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  let unpackedBytes = 0
  for await (const entry of zip.eachEntry()) {
    const path = checkEntryPath(source, entry.fileName)
    if (path.endsWith('/') || isSystemFile(path)) continue
    checkEntry(source, path, entry)
    unpackedBytes += entry.uncompressedSize
    if (unpackedBytes > maxBytes)
      throw invalidSource(source, `it unpacks to more than the limit of ${maxBytes} bytes, with ${path}.`)
    files.push(new ZipEntryFile(source, path, zip, window, entry))
  }
  return files
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

/** Keeps few facts of its entry, because an archive may have hundreds of thousands. */
class ZipEntryFile implements SourceFile {
  readonly sizeBytes: number

  constructor(
    private readonly source: string,
    readonly path: string,
    private readonly zip: ZipFile,
    private readonly window: FileWindow,
    private readonly entry: Entry,
  ) {
    this.sizeBytes = entry.uncompressedSize
    // Names and dates once more: two thirds of the memory of an entry.
    entry.extraFields = []
    entry.fileComment = ''
  }

  /** Without a stream, which costs more than the rest of reading a small picture. */
  async read(): Promise<Buffer> {
    checkWholeFile(this.source, this)
    const bytes = await this.readUnchecked().catch((cause) => this.refuse(messageOf(cause), cause))
    if (bytes.length !== this.sizeBytes)
      this.refuse(`it unpacks to ${bytes.length} bytes, not ${this.sizeBytes}`)
    if (crc32(bytes) !== this.entry.crc32) this.refuse('its checksum is wrong')
    return bytes
  }

  open() {
    return this.zip.openReadStreamPromise(this.entry)
  }

  private async readUnchecked(): Promise<Buffer> {
    const { relativeOffsetOfLocalHeader: start, compressedSize, compressionMethod } = this.entry
    const header = await this.window.read(start, LOCAL_HEADER_BYTES)
    if (header.readUInt32LE(0) !== LOCAL_HEADER_MAGIC) throw new Error('its local header is missing')
    const variableBytes = header.readUInt16LE(26) + header.readUInt16LE(28)
    const packed = await this.window.read(start + LOCAL_HEADER_BYTES + variableBytes, compressedSize)
    if (compressionMethod === STORED) return packed
    const limit = { maxOutputLength: Math.max(1, this.sizeBytes) }
    return this.sizeBytes < SYNC_INFLATE_BYTES ? inflateRawSync(packed, limit) : inflate(packed, limit)
  }

  private refuse(reason: string, cause?: unknown): never {
    throw invalidSource(`${this.source}/${this.path}`, `it is damaged: ${reason}.`, cause)
  }
}

const messageOf = (cause: unknown) => (cause as Error).message
