import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openServiceLog } from '../src/services/service-log.js'
import { type SupervisedChild, superviseChild } from '../src/services/supervise-child.js'

const script = resolve(import.meta.dirname, 'fixtures/service.mjs')
const never = new AbortController().signal
let folder: string
let child: SupervisedChild | undefined
let said: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepd-child-'))
  said = []
})
afterEach(async () => {
  await child?.stop(AbortSignal.abort())
  child = undefined
  rmSync(folder, { recursive: true })
})

const start = (env: Record<string, string> = {}, signal = never) =>
  superviseChild({
    name: 'worker',
    script,
    env: { ...process.env, ...env },
    log: openServiceLog(folder, 'worker'),
    say: (message) => said.push(message),
    signal,
    backoff: { firstMs: 10, maxMs: 20 },
  })
const readLog = () => readFileSync(join(folder, 'worker.log'), 'utf8')
const listPids = () => [...readLog().matchAll(/up as (\d+)/g)].map(([, pid]) => Number(pid))

it('waits for the ready message and keeps what it says', async () => {
  child = await start()
  expect(child.ready).toMatchObject({ slots: 2 })
})

it('asks the child to drain when it stops', async () => {
  child = await start()
  await child.stop(never)
  expect(readLog()).toContain('draining')
  expect(said).toEqual([])
})

it('ends a child that does not drain when there is no more time', async () => {
  child = await start({ STUBBORN: '1' })
  const now = new AbortController()
  const stopped = child.stop(now.signal)
  await vi.waitFor(() => expect(readLog()).toContain('draining'), 5000)
  now.abort()
  await stopped
  expect(said).toEqual([])
})

it('starts a child that ended unasked again, every time, and says so', async () => {
  child = await start()
  process.kill(Number(child.ready['pid']), 'SIGKILL')
  await vi.waitFor(() => expect(listPids()).toHaveLength(2), 10_000)
  process.kill(listPids()[1] ?? Number.NaN, 'SIGKILL')
  await vi.waitFor(() => expect(listPids()).toHaveLength(3), 10_000)
  expect(said).toEqual([
    'The worker ended (SIGKILL); starting it again in 0.01 s. See worker.log.',
    'The worker ended (SIGKILL); starting it again in 0.02 s. See worker.log.',
  ])
})

it('lets a child be that ended because it was asked to, and still stops', async () => {
  child = await start()
  process.kill(Number(child.ready['pid']), 'SIGUSR2')
  await vi.waitFor(
    () => expect(said).toEqual([expect.stringMatching(/^The worker ended as it was asked to/)]),
    5000,
  )
  await child.stop(never)
  expect(listPids()).toHaveLength(1)
})

it('refuses a child that ends before it is up, with the end of its log', async () => {
  await expect(start({ CRASH: 'early' })).rejects.toThrow(
    /^The worker did not start \(exit code 3\)\.\nThe end of .*worker\.log:\nthe port is taken$/,
  )
})

it('gives up a child that is still starting when it is told to', async () => {
  await expect(start({}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})
