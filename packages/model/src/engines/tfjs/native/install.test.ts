import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installTfjs, removeTfjs } from './install.js'
import { findInstallation, installationFolder, installationPaths, VERSIONS } from './installation.js'
import { loadNative } from './load-native.js'

let enginesDir: string
beforeEach(async () => {
  enginesDir = await mkdtemp(join(tmpdir(), 'sweepd-engines-'))
})
afterEach(() => rm(enginesDir, { recursive: true, force: true }))

const install = (folder = enginesDir, signal?: AbortSignal) =>
  installTfjs({ enginesDir: folder, variant: 'cpu', onProgress: () => {}, signal })

/** What an installation of this description looks like from outside. */
async function pretend(manifest: string): Promise<void> {
  const folder = installationFolder(enginesDir)
  await mkdir(folder, { recursive: true })
  await writeFile(installationPaths(folder).manifest, manifest)
}

/** Runs with a PATH on which nothing is. */
async function withEmptyPath<T>(work: () => Promise<T>): Promise<T> {
  const { PATH } = process.env
  process.env['PATH'] = join(enginesDir, 'nothing')
  try {
    return await work()
  } finally {
    process.env['PATH'] = PATH
  }
}

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('an installation', () => {
  it('names every tool that is missing, and what brings them, and leaves nothing behind', async () => {
    await expect(withEmptyPath(() => install())).rejects.toThrow(
      /needs python3 with pip, a C\+\+ compiler \(g\+\+\), strip of binutils, npm, .+apt-get install python3-pip g\+\+ binutils npm/,
    )
    expect(await readdir(enginesDir)).toEqual([])
  })

  it('ends with the remedy in a folder that cannot be made', async () => {
    await expect(install('/proc/sweepd/engines')).rejects.toThrow(/cannot be created.+SWEEPD_ENGINES_DIR/)
  })

  it('waits for no other process that installs, and says which one it is', async () => {
    await mkdir(join(enginesDir, `.installing-${process.ppid}`))
    await expect(install()).rejects.toThrow(`Process ${process.ppid} is installing`)
    expect(await readdir(enginesDir)).toEqual([`.installing-${process.ppid}`])
  })

  it('clears what a process left that was killed', async () => {
    const child = spawn(process.execPath, ['--eval', ''])
    await once(child, 'exit')
    await mkdir(join(enginesDir, `.installing-${child.pid}`, 'tfjs'), { recursive: true })
    await expect(withEmptyPath(() => install())).rejects.toThrow('needs python3')
    expect(await readdir(enginesDir)).toEqual([])
  })

  it('leaves the one that is there if a new one fails', async () => {
    await pretend(JSON.stringify({ ...VERSIONS, tensorflow: '2.9.0', variant: 'cpu' }))
    await expect(withEmptyPath(() => install())).rejects.toThrow('needs python3')
    expect(await readdir(enginesDir)).toEqual(['tfjs'])
  })
})

describe('an installation that is there', () => {
  it('is found', async () => {
    await pretend(JSON.stringify({ ...VERSIONS, variant: 'gpu' }))
    expect(findInstallation(enginesDir)).toEqual({
      folder: join(enginesDir, 'tfjs'),
      manifest: { package: VERSIONS.package, tensorflow: VERSIONS.tensorflow, variant: 'gpu' },
    })
  })

  it.each([
    [
      'of another TensorFlow',
      JSON.stringify({ ...VERSIONS, tensorflow: '2.9.0', variant: 'cpu' }),
      /has TensorFlow 2\.9\.0, .+ needs 2\.21\.0/,
    ],
    [
      'of another package',
      JSON.stringify({ ...VERSIONS, package: '3.0.0', variant: 'cpu' }),
      /tfjs-node-gpu 3\.0\.0/,
    ],
    ['of no known variant', JSON.stringify({ ...VERSIONS, variant: 'tpu' }), /is damaged/],
    ['that is cut short', '{"package":', /is damaged/],
  ])('%s is refused', async (_, manifest, message) => {
    await pretend(manifest)
    expect(() => findInstallation(enginesDir)).toThrow(message)
  })

  it('without its binding is refused, with the name of the file', async () => {
    await pretend(JSON.stringify({ ...VERSIONS, variant: 'cpu' }))
    expect(() => loadNative(enginesDir)).toThrow(/^the file .+tfjs_binding\.node is missing$/)
  })

  it('is removed whole, once', async () => {
    await pretend(JSON.stringify({ ...VERSIONS, variant: 'cpu' }))
    expect(await removeTfjs(enginesDir)).toBe(true)
    expect(await readdir(enginesDir)).toEqual([])
    expect(await removeTfjs(enginesDir)).toBe(false)
  })

  it('is absent from an empty folder', () => {
    expect(findInstallation(enginesDir)).toBeUndefined()
  })
})
