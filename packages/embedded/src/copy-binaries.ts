import { chmod, cp, lstat, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { hydrateSymlinks } from './hydrate-symlinks.js'

/**
 * Copies the binaries to a folder that every user may read, once per version (60 MB, 0.15 s), and returns that folder.
 * For a package in a folder that the user of Postgres cannot read, or whose links are missing and cannot be made.
 */
export async function copyBinaries(packageRoot: string, version: string): Promise<string> {
  const place = path.join(os.tmpdir(), `sweepd-postgres-${version}-${process.getuid?.() ?? 'user'}`)
  if (await isCompleteCopy(packageRoot, place)) return place
  const copy = await mkdtemp(`${place}-`)
  await cp(path.join(packageRoot, 'native'), path.join(copy, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  await hydrateSymlinks(copy)
  await makeReadable(copy)
  return moveInto(copy, place, packageRoot)
}

/** Another process may be first, or a broken copy may be in the way; a foreign folder stays, and ours its own name. */
async function moveInto(copy: string, place: string, packageRoot: string): Promise<string> {
  if ((await isOurs(place)) && !(await isCompleteCopy(packageRoot, place)))
    await rename(place, `${copy}-broken`)
      .then(() => rm(`${copy}-broken`, { recursive: true }))
      .catch(() => {})
  const isMoved = await rename(copy, place).then(
    () => true,
    () => false,
  )
  if (isMoved) return place
  if (!(await isCompleteCopy(packageRoot, place))) return copy
  await rm(copy, { recursive: true })
  return place
}

/** The temporary folder is everyone's, and cleaners take single old files out of it. */
async function isCompleteCopy(packageRoot: string, place: string): Promise<boolean> {
  if (!(await isOurs(place))) return false
  const [original, copy] = await Promise.all([listFiles(packageRoot), listFiles(place)])
  const copied = new Set(copy)
  return original.length > 0 && original.every((file) => copied.has(file))
}

/** Anyone who can write here could make us run their program. */
async function isOurs(place: string): Promise<boolean> {
  const facts = await lstat(place).catch(() => undefined)
  return facts?.isDirectory() === true && facts.uid === process.getuid?.() && (facts.mode & 0o022) === 0
}

const listFiles = (root: string): Promise<string[]> =>
  readdir(path.join(root, 'native'), { recursive: true }).catch(() => [])

async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) await makeReadable(file)
    else if (entry.isFile()) await chmod(file, path.basename(folder) === 'bin' ? 0o755 : 0o644)
  }
}
