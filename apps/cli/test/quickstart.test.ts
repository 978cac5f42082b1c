import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findRunningPostgres } from '@sweepd/embedded'
import { afterAll, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../src/project-root.js'
import { startCli } from './cli-process.js'

const SCRIPT = resolve(PROJECT_ROOT, 'scripts/quickstart.mjs')
const dataDir = mkdtempSync(join(tmpdir(), 'sweepd-quickstart-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

it('builds, starts everything, trains a sweep, ranks it, and stops everything', async () => {
  const env = { SWEEPD_DATA_DIR: dataDir, INIT_CWD: PROJECT_ROOT }
  const quickstart = startCli(['examples/synthetic-quick.json'], env, SCRIPT)
  expect(await quickstart.ended).toBe(0)
  const lines = quickstart.output().split('\n')
  expect(lines[0]).toMatch(/^Building what has changed; half a minute the first time… [\d.]+ s$/)
  expect(lines).toContainEqual(expect.stringMatching(/^Sweep synthetic-quick on synthetic: 4 trials/))
  expect(lines.filter((line) => / completed$/.test(line))).toHaveLength(4)
  expect(lines.map((line) => line.trim().split(/ +/)[0])).toEqual(
    expect.arrayContaining(['1', '2', '3', '4']),
  )
  expect(quickstart.output()).toContain('What next:')
  expect(quickstart.output()).toMatch(/Stopping\.\n$/)
  expect(quickstart.output()).not.toContain('npm warn')
  expect(await findRunningPostgres(dataDir)).toBeUndefined()
}, 180_000)
