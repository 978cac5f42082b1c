import { createReadStream, type Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { invalidSource } from '../invalid-source.js'
import {
  checkWholeFile,
  type FileTree,
  isSystemFile,
  refuseUnreadable,
  type SourceFile,
} from './source-file.js'

/**
 * All files below a folder. Links to files are followed.
 * @throws DatasetError naming a link to a folder, a device or a pipe.
 */
export async function openFolder(folder: string): Promise<FileTree> {
  const files: SourceFile[] = []
  const folders: string[] = []
  await addFolder(folder, '', files, folders)
  return { name: folder, files, folders, close: async () => {} }
}

/** One file on disk as a tree. */
export async function openSingleFile(path: string): Promise<FileTree> {
  const file = await describeFile(dirname(path), basename(path))
  return { name: dirname(path), files: [file], folders: [], close: async () => {} }
}

async function addFolder(root: string, below: string, files: SourceFile[], folders: string[]): Promise<void> {
  const entries = await list(join(root, below))
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (isSystemFile(entry.name)) continue
    if (entry.isDirectory()) {
      folders.push(path)
      await addFolder(root, path, files, folders)
    } else files.push(await describeFile(root, path))
  }
}

async function describeFile(root: string, path: string): Promise<SourceFile> {
  const full = join(root, path)
  const facts = await stat(full).catch((cause) => refuseUnreadable(full, cause))
  if (facts.isDirectory()) throw invalidSource(full, 'it is a link to a folder. Put the folder itself here.')
  if (!facts.isFile()) throw invalidSource(full, 'it is a device, a pipe or a socket. Remove it.')
  return {
    path,
    sizeBytes: facts.size,
    read: () => {
      checkWholeFile(root, { path, sizeBytes: facts.size })
      return readFile(full).catch((cause) => refuseUnreadable(full, cause))
    },
    open: async () => createReadStream(full),
  }
}

const list = (folder: string): Promise<Dirent[]> =>
  readdir(folder, { withFileTypes: true }).catch((cause) => refuseUnreadable(folder, cause))
