import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and those above it. Node's own `recursive` never returns if a folder exists in which nothing can be
 * created, such as /proc: it takes the error for a missing parent, for ever.
 * @throws the error of the file system
 */
export async function createFolder(folder: string): Promise<void> {
  try {
    await createOne(folder)
  } catch (error) {
    const isParentMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder
    if (!isParentMissing) throw error
    await createFolder(dirname(folder))
    await createOne(folder)
  }
}

/** Another process may be first. */
async function createOne(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(folder)).isDirectory()
    if (!isThere) throw error
  }
}
