import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'

const CHILD = join(import.meta.dirname, 'telemetry-child.mjs')
const PACKAGE = join(import.meta.dirname, '..')

let folder = ''
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs the child in a home and a temporary folder of its own; returns the files that it leaves there. */
async function listFilesLeftBy(mode: string): Promise<{ files: string[]; output: string }> {
  folder = await mkdtemp(join(tmpdir(), 'telemetry-'))
  const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder }
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, mode], { env })
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return {
    files: files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))),
    output: stdout,
  }
}

describe('a process that trains', () => {
  it('leaves nothing of ONNX Runtime’s telemetry, whatever its environment', async () => {
    const { files, output } = await listFilesLeftBy('train')
    expect(Number(output)).toBeGreaterThan(0)
    expect(files).toEqual([])
  })

  it.runIf(process.platform === 'linux')('would leave files without the variable', async () => {
    const { files } = await listFilesLeftBy('bare')
    expect(files.join('\n')).toMatch(/\.onnxruntime|mat-debug/)
  })

  it('loads ONNX Runtime by the one file that switches its telemetry off', async () => {
    const sources = await readdir(PACKAGE, { recursive: true })
    const typescript = sources.filter((path) => /^(src|test)\/.*\.ts$/.test(path))
    const importers: string[] = []
    for (const path of typescript)
      if (/(from|import\(?) ?'onnxruntime-node/.test(await readFile(join(PACKAGE, path), 'utf8')))
        importers.push(path)
    expect(importers).toEqual(['src/engines/onnx/runtime/onnxruntime.ts'])
  })
})
