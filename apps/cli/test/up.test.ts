import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findRunningPostgres } from '@sweepd/embedded'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PROJECT_ROOT } from '../src/project-root.js'
import { type Cli, runCli as runProcess, startCli as startProcess } from './cli-process.js'

const START_MS = 60_000

const dataDir = mkdtempSync(join(tmpdir(), 'sweepd-up-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const startCli = (args: readonly string[], env: Record<string, string> = {}) =>
  startProcess(args, { SWEEPD_DATA_DIR: dataDir, ...env })
const runCli = (args: readonly string[], env: Record<string, string>) =>
  runProcess(args, { SWEEPD_DATA_DIR: dataDir, ...env })

describe('sweepd up', () => {
  let up: Cli
  let url = ''

  beforeAll(async () => {
    up = startCli(['up'], { WORKER_SLOTS: '1' })
    await vi.waitFor(() => expect(up.output()).toContain('sweepd is up.'), START_MS)
    url = /API +(http:\S+)/.exec(up.output())?.[1] ?? ''
  }, START_MS)
  afterAll(() => {
    up.process.kill('SIGKILL')
  })

  it('says where everything is', () => {
    expect(up.output()).toContain(dataDir)
    expect(up.output()).toContain(`${url}/docs`)
    expect(up.output()).toContain('slots      1')
  })

  it('refuses a second one on its port', async () => {
    const { code, output } = await runCli(['up'], { PORT: new URL(url).port })
    expect(output).toMatch(/Port \d+ of 127\.0\.0\.1 is taken/)
    expect(code).toBe(1)
  })

  it('refuses a second one on its data folder', async () => {
    const { code, output } = await runCli(['up'], {})
    expect(output).toContain(`already runs on the data folder ${dataDir}`)
    expect(code).toBe(1)
  })

  it('is told every offending field of a sweep file', async () => {
    const { code, output } = await runCli(['run', resolve(PROJECT_ROOT, 'package.json')], { SWEEPD_URL: url })
    expect(output).toContain('#/space: ')
    expect(output).toContain('#/workspaces: ')
    expect(code).toBe(1)
  })

  it('stops in order on SIGTERM and leaves no database behind', async () => {
    up.process.kill('SIGTERM')
    expect(await up.ended).toBe(0)
    expect(up.output()).toMatch(/Stopped\.\n$/)
    expect(await findRunningPostgres(dataDir)).toBeUndefined()
  })
})

it('refuses a data folder that nothing can be created in', async () => {
  const { code, output } = await runCli(['up'], { SWEEPD_DATA_DIR: '/proc/sweepd' })
  expect(output).toMatch(
    /\/proc\/sweepd.* cannot be created: ENOENT.*Point SWEEPD_DATA_DIR to another folder/s,
  )
  expect(code).toBe(1)
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'ends on %s while it waits for a database that never answers',
  async (signal) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const connected = once(silent, 'connection')
    const { port } = silent.address() as AddressInfo
    const cli = startCli(['up'], { DATABASE_URL: `postgresql://user@127.0.0.1:${port}/none` })
    const [socket] = (await connected) as [Socket]
    cli.process.kill(signal)
    expect(await cli.ended).toBe(130)
    socket.destroy()
    silent.close()
  },
)

it('says how to reach an API where there is none', async () => {
  const { code, output } = await runCli(['trials'], { SWEEPD_URL: 'http://127.0.0.1:9' })
  expect(output).toContain('Cannot reach the sweepd API at http://127.0.0.1:9')
  expect(code).toBe(1)
})
