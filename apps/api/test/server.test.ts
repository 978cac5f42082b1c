import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createClient } from '@sweepd/client'
import { findRunningPostgres } from '@sweepd/embedded'
import { createTestDatabase } from '@sweepd/testing'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

const SERVER = fileURLToPath(new URL('../dist/server.js', import.meta.url))

// A start takes a second of a free core, and many where other tests take the cores.
vi.setConfig({ testTimeout: 90_000 })

let databaseUrl: string
let dropDatabase: () => Promise<void>

beforeAll(async () => {
  const database = await createTestDatabase()
  databaseUrl = database.url
  dropDatabase = () => database.drop()
})
afterAll(() => dropDatabase())

/** Starts the built server with this environment and nothing else; ended with the test. */
function start(environment: Record<string, string>) {
  const child = fork(SERVER, {
    env: { PATH: process.env['PATH'], PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const log = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    log.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    log.stderr += chunk
  })
  // Not 'close': it never comes once the parent has disconnected.
  const exited = Promise.all([once(child, 'exit'), child.stdout && once(child.stdout, 'close')])
  return { child, log, exited: exited.then(([codeAndSignal]) => codeAndSignal) }
}

async function untilReady(child: ChildProcess, log: { stderr: string }): Promise<string> {
  const [message] = await Promise.race([
    once(child, 'message') as Promise<[{ type: string; url: string }]>,
    once(child, 'exit').then(() => Promise.reject(new Error(`the server ended: ${log.stderr}`))),
  ])
  expect(message.type).toBe('ready')
  return message.url
}

const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; sweepId?: string; reqId?: string; reason?: string })

test('it tells its parent where it listens, logs a line per change, and stops on SIGTERM', async () => {
  const { child, log, exited } = start({ DATABASE_URL: databaseUrl })
  const client = createClient({ baseUrl: await untilReady(child, log) })
  const sweep = await client.createSweep({ name: 'x', space: { kernel: [3, 4] } })
  expect((await client.listTrials()).items).toHaveLength(2)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  const lines = linesOf(log.stdout)
  expect(lines.filter(({ reqId }) => reqId !== undefined).map(({ msg }) => msg)).toEqual([
    'sweep created',
    'request completed',
  ])
  expect(lines.find(({ msg }) => msg === 'sweep created')?.sweepId).toBe(sweep.id)
  expect(lines.at(-1)?.msg).toBe('stopped')
})

test('without DATABASE_URL it starts a Postgres of its own, and stops it when it stops', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sweepd-api-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env['PATH'], PORT: '0', SWEEPD_DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  expect(await readAddress(child.stdout)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await findRunningPostgres(folder)).toBeDefined()
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  expect(await findRunningPostgres(folder)).toBeUndefined()
})

/** Where the server says in its log that it listens. */
async function readAddress(stdout: Readable): Promise<string> {
  let log = ''
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    log += chunk
    const [, address] = /Server listening at ([^"]+)"/.exec(log) ?? []
    if (address !== undefined) return address
  }
  throw new Error(`the server ended without listening: ${log}`)
}

test('it stops when the IPC channel of its parent closes', async () => {
  const { child, log, exited } = start({ DATABASE_URL: databaseUrl })
  await untilReady(child, log)
  child.disconnect()
  expect(await exited).toEqual([0, null])
  expect(linesOf(log.stdout).find(({ msg }) => msg === 'stopping at once')?.reason).toContain('parent')
})

test('a signal that comes while it starts stops it in order', async () => {
  const { child, log, exited } = start({ DATABASE_URL: databaseUrl })
  if (child.stdout !== null) await once(child.stdout, 'data')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  expect(linesOf(log.stdout).at(-1)?.msg).toBe('stopped')
})

test('a taken port ends it with the port and the remedy', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { log, exited } = start({ DATABASE_URL: databaseUrl, PORT: String(port) })
  expect(await exited).toEqual([1, null])
  expect(log.stderr).toMatch(new RegExp(`^Port ${port} on 127.0.0.1 is taken\\. .*set PORT`, 'm'))
})

test('faults of the environment end it, all named together', async () => {
  const { log, exited } = start({ PORT: 'x', LOG_LEVEL: 'y', HOST: '0.0.0.0' })
  expect(await exited).toEqual([1, null])
  for (const name of ['PORT', 'LOG_LEVEL', 'API_TOKEN'])
    expect(log.stderr).toMatch(new RegExp(`^ +${name} is `, 'm'))
})

test('a database that cannot be reached ends it with a message and no trace', async () => {
  const { log, exited } = start({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' })
  expect(await exited).toEqual([1, null])
  expect(log.stderr).toContain('127.0.0.1:1')
  expect(log.stderr).not.toContain('    at ')
})
