import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { DatasetError } from '../../dataset-error.js'
import { BufferedFile } from '../buffered-file.js'
import type { ImportControl } from '../import-options.js'
import { invalidSource } from '../invalid-source.js'
import { streamSlice } from './slice-stream.js'
import {
  checkDistinct,
  checkEntryPath,
  checkWholeFile,
  type FileTree,
  isSystemFile,
  type SourceFile,
} from './source-file.js'

interface TarEntry extends AsyncIterable<Buffer> {
  readonly header: Header
}

interface TarOptions extends ImportControl {
  readonly isZipped: boolean
  /** Where the unpacked bytes go meanwhile: one file without a name. */
  readonly workFolder: string
  readonly maxBytes: number
}

/**
 * The files of a tar archive. It has no index, so it is unpacked once, into one nameless file; no entry chooses where
 * anything is written.
 * @throws DatasetError naming the entry that leads outside, is a link or a device, or unpacks to too much.
 */
export async function openTar(path: string, options: TarOptions): Promise<FileTree> {
  const workFile = join(options.workFolder, `.${randomUUID()}.unpacked`)
  const handle = await open(workFile, 'wx+')
  // Without a name it cannot be left behind, whatever ends this process.
  await rm(workFile)
  try {
    const { files, folders } = await unpack(path, handle, options)
    checkDistinct(path, files)
    return { name: path, files, folders, close: () => handle.close() }
  } catch (cause) {
    await handle.close()
    options.signal?.throwIfAborted()
    if (cause instanceof DatasetError || isDiskError(cause)) throw cause
    throw invalidSource(path, `it is no tar archive that can be read (${(cause as Error).message}).`, cause)
  }
}

async function unpack(
  source: string,
  handle: FileHandle,
  options: TarOptions,
): Promise<Pick<FileTree, 'files' | 'folders'>> {
  const files: SourceFile[] = []
  const folders: string[] = []
  const file = new BufferedFile(handle)
  for await (const entry of readEntries(source, options)) {
    options.signal?.throwIfAborted()
    if (entry.header.type === 'directory')
      folders.push(checkEntryPath(source, entry.header.name).replace(/\/$/, ''))
    const path = checkEntry(source, entry.header)
    const start = file.sizeBytes
    for await (const chunk of entry) {
      if (path === undefined) continue
      if (file.sizeBytes + chunk.length > options.maxBytes)
        throw invalidSource(
          source,
          `it unpacks to more than the limit of ${options.maxBytes} bytes, with ${path}.`,
        )
      await file.append(chunk)
    }
    if (path !== undefined) files.push(describeSlice(source, path, handle, start, file.sizeBytes - start))
    options.onProgress?.({ step: 'unpacking', done: file.sizeBytes })
  }
  await file.flush()
  return { files, folders }
}

function readEntries(source: string, { isZipped, signal }: TarOptions): AsyncIterable<TarEntry> {
  const tar = extract()
  const input = createReadStream(source, { signal })
  const fail = (error: Error) => tar.destroy(error)
  input.on('error', fail)
  if (!isZipped) input.pipe(tar)
  else input.pipe(createGunzip().on('error', fail)).pipe(tar)
  // Its types leave open what its entries hold.
  return tar as AsyncIterable<unknown> as AsyncIterable<TarEntry>
}

/** Undefined for what holds no data. */
function checkEntry(source: string, { name, type }: Header): string | undefined {
  const path = checkEntryPath(source, name)
  if (type === 'directory') return undefined
  if (type !== 'file' && type !== 'contiguous-file')
    throw invalidSource(source, `its entry ${path} is a ${type ?? 'link or device'}, not a file. Remove it.`)
  return isSystemFile(path) ? undefined : path
}

function describeSlice(
  source: string,
  path: string,
  handle: FileHandle,
  start: number,
  sizeBytes: number,
): SourceFile {
  return {
    path,
    sizeBytes,
    read: async () => {
      checkWholeFile(source, { path, sizeBytes })
      const bytes = Buffer.allocUnsafe(sizeBytes)
      await handle.read(bytes, 0, sizeBytes, start)
      return bytes
    },
    open: async () => streamSlice(handle, start, sizeBytes),
  }
}

const isDiskError = (cause: unknown) =>
  ['ENOSPC', 'EDQUOT', 'EIO'].includes((cause as NodeJS.ErrnoException).code ?? '')
