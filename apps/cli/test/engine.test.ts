import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ENTRY = resolve(import.meta.dirname, '../dist/main.js')
/** Each engine is tried in a process of its own; that takes seconds on a busy machine. */
const TIMEOUT_MS = 120_000

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sweepd-cli-engine-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

async function sweepd(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [ENTRY, 'engine', ...args], {
    env: { ...process.env, SWEEPD_DATA_DIR: dataDir, SWEEPD_ENGINES_DIR: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = new Promise<number | null>((done) => child.once('exit', done))
  const [output, faults, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { output, faults, code }
}

describe('sweepd engine', () => {
  it(
    'lists every engine, with version and device or the reason and the remedy',
    async () => {
      const { output, code } = await sweepd(['list'])
      expect(code).toBe(0)
      expect(output).toMatch(/^cpu +ONNX Runtime \d+\.\d+\.\d+ on .+$/m)
      expect(output).toMatch(/^tfjs +unavailable: native TensorFlow is not installed in .+engines$/m)
      expect(output).toMatch(/^ +To have it, build it \(npx sweepd engine install tfjs\)\.$/m)
      expect(output).toMatch(/^tfjs-plain +TensorFlow\.js 4\.22\.0 on .+; hundreds of times slower/m)
    },
    TIMEOUT_MS,
  )

  it(
    'lists them for programs',
    async () => {
      const { output } = await sweepd(['list', '--json'])
      const engines: { kind: string; isAvailable: boolean }[] = JSON.parse(output)
      expect(engines.map(({ kind }) => kind)).toEqual(['cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-plain'])
      expect(engines.find(({ kind }) => kind === 'cpu')?.isAvailable).toBe(true)
    },
    TIMEOUT_MS,
  )

  it(
    'says what an installation lacks, without a stack',
    async () => {
      const { faults, code } = await sweepd(['install', 'tfjs'], { PATH: join(dataDir, 'nothing') })
      expect(code).toBe(1)
      expect(faults).toMatch(/tfjs engine (needs python3 with pip|is built on Linux)/)
      expect(faults).not.toContain('    at ')
    },
    TIMEOUT_MS,
  )

  it(
    'has nothing to remove where nothing was installed',
    async () => {
      const { output, code } = await sweepd(['remove', 'tfjs'])
      expect(output).toContain('There is no tfjs engine in')
      expect(code).toBe(0)
    },
    TIMEOUT_MS,
  )
})
