import { readdir } from 'node:fs/promises'
import { DatasetError } from '../dataset-error.js'
import type { OfficialFile, OfficialFiles } from './official-files.js'

/** A folder that may hold the four files. */
export interface ImageFolder {
  readonly path: string
  /** Names of everything that lies in it. */
  readonly names: ReadonlySet<string>
  /** What to do about a faulty file in it. */
  readonly remedy: string
}

/**
 * Lists a folder; one that does not exist is empty.
 * @throws DatasetError if the system refuses.
 */
export async function listImageFolder(path: string, remedy: string): Promise<ImageFolder> {
  try {
    return { path, remedy, names: new Set(await readdir(path)) }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { path, remedy, names: new Set() }
    throw new DatasetError(
      'dataset-unreadable',
      `${path} cannot be read: ${message}. Let the user who runs sweepd read and enter that folder.`,
      { file: path, cause },
    )
  }
}

/** Those of the four files that the folder lacks in both forms, zipped and not. */
export function listMissingFiles(folder: ImageFolder, files: OfficialFiles): OfficialFile[] {
  return Object.values(files).filter(({ name }) => !folder.names.has(name) && !folder.names.has(`${name}.gz`))
}
