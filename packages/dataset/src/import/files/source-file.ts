import type { Readable } from 'node:stream'
import { DatasetError } from '../../dataset-error.js'
import { invalidSource } from '../invalid-source.js'

/** One file of a source: on disk or inside an archive. */
export interface SourceFile {
  /** Relative to the source, with `/` between folders. */
  readonly path: string
  readonly sizeBytes: number
  /** All of it; for small files. */
  read(): Promise<Buffer>
  open(): Promise<Readable>
}

/** All files of a source, without those that the operating system leaves behind. */
export interface FileTree {
  /** The source as its owner named it; of a file by itself, its folder. */
  readonly name: string
  readonly files: readonly SourceFile[]
  /** Paths of the folders that are listed by themselves; an archive may leave them out. */
  readonly folders: readonly string[]
  close(): Promise<void>
}

/** No picture that fits the limits of a data set needs a larger file. */
const MAX_WHOLE_FILE_BYTES = 64 * 2 ** 20

const SYSTEM_FILES = new Set(['__macosx', 'thumbs.db', 'desktop.ini'])

/** Hidden files, and those that macOS and Windows leave in folders of pictures. */
export const isSystemFile = (path: string) =>
  path.split('/').some((part) => part.startsWith('.') || SYSTEM_FILES.has(part.toLowerCase()))

/**
 * The path of an archive's entry without a leading `./`.
 * @throws DatasetError if it leads out of the archive.
 */
export function checkEntryPath(source: string, path: string): string {
  const clean = path.replaceAll('\\', '/').replace(/^(\.\/)+/, '')
  if (clean.startsWith('/') || /^[a-z]:/i.test(clean) || clean.split('/').includes('..'))
    throw invalidSource(
      source,
      `it has an entry named ${JSON.stringify(path)}, which leads out of the archive.`,
    )
  return clean
}

/** @throws DatasetError naming a path that occurs twice */
export function checkDistinct(source: string, files: readonly SourceFile[]): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    if (seen.has(path)) throw invalidSource(source, `it has two entries named ${path}.`)
    seen.add(path)
  }
}

/** @throws DatasetError if the file is too large to be read at once */
export function checkWholeFile(
  source: string,
  { path, sizeBytes }: Pick<SourceFile, 'path' | 'sizeBytes'>,
): void {
  if (sizeBytes > MAX_WHOLE_FILE_BYTES)
    throw invalidSource(
      `${source}/${path}`,
      `it has ${sizeBytes} bytes; a picture may have ${MAX_WHOLE_FILE_BYTES / 2 ** 20} MiB.`,
    )
}

/** @throws DatasetError saying that a path does not exist, or why it cannot be read */
export function refuseUnreadable(path: string, cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ENOENT')
    throw new DatasetError('dataset-missing', `There is no file or folder ${path}.`, { file: path, cause })
  throw new DatasetError('dataset-unreadable', `${path} cannot be read: ${cause.message}.`, {
    file: path,
    cause,
  })
}
