import { spawnSync } from 'node:child_process'
import { chmod, cp, lstat, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyBinaries } from '../src/copy-binaries.js'
import { findPostgresBinaries, locatePackage } from '../src/postgres-binaries.js'
import { findServerIdentity } from '../src/server-identity.js'
import { makeTemporaryFolder } from './temporary-folder.js'

const VERSION = `0.0.0-test-${process.pid}`
let packageRoot: string
const copies: string[] = []

/** An installed package of which no install script ran: its symbolic links are missing. */
beforeAll(async () => {
  packageRoot = path.join(await makeTemporaryFolder(), 'package')
  await cp(locatePackage(), packageRoot, { recursive: true, verbatimSymlinks: true })
  await writeFile(path.join(packageRoot, 'package.json'), JSON.stringify({ version: VERSION }))
  await removeLinks()
})

afterAll(async () => {
  for (const copy of copies) await rm(copy, { recursive: true, force: true })
})

async function removeLinks(): Promise<void> {
  const links = JSON.parse(await readFile(path.join(packageRoot, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { target } of links) await rm(path.join(packageRoot, target), { force: true })
}

const runs = (postgres: string) => spawnSync(postgres, ['--version']).status === 0

describe.skipIf(process.platform === 'win32')('the binaries', () => {
  it('get their links in the package if it is writable', async () => {
    const postgres = path.join(packageRoot, 'native', 'bin', 'postgres')
    expect(runs(postgres)).toBe(false)
    await chmod(path.dirname(packageRoot), 0o755)
    const found = await findPostgresBinaries(await findServerIdentity('/nonexistent'), packageRoot)
    expect(found).toMatchObject({ postgres, majorVersion: 18 })
    expect(runs(postgres)).toBe(true)
  })

  it('are copied, with links, if the package is closed to the user that Postgres runs as', async () => {
    await chmod(path.dirname(packageRoot), 0o700)
    await removeLinks()
    const copy = await copyBinaries(packageRoot, VERSION)
    copies.push(copy)
    expect(runs(path.join(copy, 'native', 'bin', 'postgres'))).toBe(true)
    expect((await stat(copy)).mode & 0o777).toBe(0o755)
    expect(await copyBinaries(packageRoot, VERSION)).toBe(copy)
    if (process.getuid?.() !== 0) return
    const found = await findPostgresBinaries(await findServerIdentity('/nonexistent'), packageRoot)
    expect(found.postgres).toBe(path.join(copy, 'native', 'bin', 'postgres'))
  })

  it('are copied again if a cleaner took a file out of the copy', async () => {
    const copy = await copyBinaries(packageRoot, VERSION)
    await rm(path.join(copy, 'native', 'bin', 'initdb'))
    expect(await copyBinaries(packageRoot, VERSION)).toBe(copy)
    expect((await lstat(path.join(copy, 'native', 'bin', 'initdb'))).isFile()).toBe(true)
  })

  it('are not taken from a folder that others may write to', async () => {
    const copy = await copyBinaries(packageRoot, VERSION)
    await chmod(copy, 0o777)
    const other = await copyBinaries(packageRoot, VERSION)
    copies.push(other)
    expect(other).not.toBe(copy)
    await chmod(copy, 0o755)
  })

  it('that do not run are refused with the reason and the remedy', async () => {
    await writeFile(path.join(packageRoot, 'package.json'), JSON.stringify({ version: `${VERSION}-broken` }))
    await rm(path.join(packageRoot, 'native', 'bin', 'postgres'))
    const missing = findPostgresBinaries(await findServerIdentity('/nonexistent'), packageRoot)
    await expect(missing).rejects.toMatchObject({
      code: 'binaries-missing',
      message: expect.stringContaining('set DATABASE_URL'),
    })
    copies.push(await copyBinaries(packageRoot, `${VERSION}-broken`))
  })
})
