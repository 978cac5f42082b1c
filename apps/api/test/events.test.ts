import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { EVENT_SCHEMAS, hashHyperparameters, hyperparametersSchema, parseSweepDefinition } from '@sweepd/core'
import type { Fence, SchedulerPorts } from '@sweepd/scheduler'
import { createTestDatabase, waitUntil } from '@sweepd/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { buildApp } from '../src/app.js'
import { parseEnv } from '../src/env.js'
import { openTestApp, type TestApp } from './open-test-app.js'
import { EventReading } from './read-events.js'

vi.setConfig({ testTimeout: 60_000 })

let api: TestApp
let url: string
let pool: pg.Pool

beforeAll(async () => {
  api = await openTestApp()
  url = await api.app.listen({ port: 0 })
  pool = new pg.Pool({ connectionString: api.database.url })
})
afterAll(async () => {
  await pool.end()
  await api.close()
})

/** Another api process on the same database, as far as streams can tell. */
async function openSecondApi(): Promise<string> {
  const app = await buildApp({ store: api.store, queue: api.queue, env: parseEnv({}) })
  onTestFinished(() => app.close())
  return app.listen({ port: 0 })
}

async function read(topics: string, lastId?: string, from = url): Promise<EventReading> {
  const reading = await EventReading.open(from, topics, lastId)
  onTestFinished(() => reading.close())
  return reading
}

async function insertSweep(
  count: number,
  name = 'watched',
): Promise<{ sweepId: string; trialIds: string[] }> {
  const definition = parseSweepDefinition({ name, space: { lr: [0.1] }, fixed: { epochs: 4 } })
  const trials = Array.from({ length: count }, (_, number) => {
    const hyperparameters = hyperparametersSchema.parse({ lr: (number + 1) / 1e6, epochs: 4 })
    return {
      id: randomUUID(),
      number,
      hyperparameters,
      hyperparametersHash: hashHyperparameters(hyperparameters),
    }
  })
  const sweepId = randomUUID()
  await api.store.insertSweep({ id: sweepId, definition }, trials)
  return { sweepId, trialIds: trials.map(({ id }) => id) }
}

async function claimOf(sweepId: string, store: SchedulerPorts['store'] = api.store): Promise<Fence> {
  await store.updateSweep(sweepId, { priority: 50 })
  const claimed = await store.claimTrial({ workerId: 'w', leaseMs: 60_000 })
  await store.updateSweep(sweepId, { priority: 0 })
  if (claimed?.sweepId !== sweepId) throw new Error('another trial was claimed')
  return claimed
}

const report = (fence: Fence, epoch: number) =>
  api.store.recordEpoch(
    fence,
    { epoch, loss: 1 / epoch, acc: 0.5, val_loss: 1, val_acc: epoch / 10, durationMs: 5 },
    undefined,
    60_000,
  )

test('a stream tells what a sweep and its trials are, as they change', async () => {
  const { sweepId } = await insertSweep(2)
  const reading = await read(`sweep:${sweepId}`)
  expect((await reading.until(() => true)).name).toBe('open')
  const fence = await claimOf(sweepId)
  await reading.until(({ name, data }) => name === 'trial' && data.state === 'running')
  await report(fence, 1)
  const trial = await reading.until(({ name, data }) => name === 'trial' && data.epochsDone === 1)
  const [stored] = await api.store.findTrials([fence.trialId])
  expect({ ...trial.data, durationMs: 0 }).toEqual({ ...stored, durationMs: 0 })
  expect(trial.data.metrics.val_acc).toBe(0.1)
  const sweep = await reading.until(
    ({ name, data }) => name === 'sweep' && data.progress > 0 && data.priority === 0,
  )
  expect(sweep.data.trialCounts).toMatchObject({ running: 1, queued: 1 })
})

test('topics: each stream gets what it asked for, and a list of sweeps is told of new and deleted ones', async () => {
  const watched = await insertSweep(2)
  const [first] = watched.trialIds
  const [all, trial, workers] = [await read('sweeps'), await read(`trial:${first}`), await read('workers')]
  const { sweepId } = await insertSweep(1, 'new')
  expect((await all.until(({ data }) => data.id === sweepId)).data.name).toBe('new')
  await api.store.cancelSweep(sweepId)
  await api.store.deleteSweep(sweepId)
  await all.until(({ name, data }) => name === 'sweep-deleted' && data.sweepId === sweepId)
  expect(all.events.some(({ name }) => name.startsWith('trial'))).toBe(false)
  expect(JSON.stringify(trial.events)).not.toContain(sweepId)
  // What happens to all trials of its sweep happens to this one.
  await api.store.cancelSweep(watched.sweepId)
  await trial.until(({ name, data }) => name === 'trials' && data.sweepId === watched.sweepId)
  const worker = { id: 'w-1', host: 'h', device: 'd', engine: 'e', slots: 1, version: '0', pid: 1 }
  await api.store.registerWorker(worker, 60_000)
  const told = await workers.until(({ data }) => data.items?.some(({ id }: { id: string }) => id === 'w-1'))
  expect(told.id).toBeUndefined()
  expect(EVENT_SCHEMAS.workers.parse(told.data)).toEqual(told.data)
})

test('a stream that breaks goes on at another api, without gap or repetition', async () => {
  const { sweepId, trialIds } = await insertSweep(40)
  const second = await openSecondApi()
  const topics = `sweep:${sweepId}`
  const seen = new Map<string, number>()
  const ids: string[] = []
  let reading = await read(topics)
  const change = async (count: number) => {
    for (let done = 0; done < count; done++) {
      const fence = await claimOf(sweepId)
      await report(fence, 1)
      await report(fence, 2)
    }
  }
  const collect = (from: EventReading) => {
    for (const { name, id, data } of from.events.splice(0)) {
      if (name === 'open') continue
      ids.push(String(id))
      if (name === 'trial') seen.set(data.id, data.epochsDone)
    }
  }
  for (let turn = 0; turn < 8; turn++) {
    const changing = change(trialIds.length / 8)
    await reading.until(({ name }) => name === 'trial')
    reading.close()
    await waitUntil('it is closed', () => reading.isEnded)
    const { lastId } = reading
    collect(reading)
    reading = await read(topics, lastId, turn % 2 === 0 ? second : url)
    await changing
  }
  await waitUntil('the last epoch is told', () => {
    collect(reading)
    return [...seen.values()].filter((epochs) => epochs === 2).length === trialIds.length
  })
  const order = ids.map((id) => id.split('-').map(BigInt) as [bigint, bigint])
  for (const [index, [xid, n]] of order.entries()) {
    const [xidBefore, nBefore] = order[index - 1] ?? [0n, 0n]
    expect(
      xid > xidBefore || (xid === xidBefore && n > nBefore),
      `${ids[index - 1]} then ${ids[index]}`,
    ).toBe(true)
  }
})

test('snapshot and stream join: what is read after "open", and the events from there on, miss nothing', async () => {
  const { sweepId } = await insertSweep(30)
  let isOver = false
  const changing = (async () => {
    for (let claims = 0; claims < 30; claims++) await claimOf(sweepId)
    isOver = true
  })()
  const readings: { reading: EventReading; running: number }[] = []
  while (!isOver) {
    const reading = await read(`sweep:${sweepId}`)
    await reading.until(({ name }) => name === 'open')
    readings.push({ reading, running: (await api.store.findSweep(sweepId))?.trialCounts.running ?? 0 })
  }
  await changing
  for (const { reading, running } of readings)
    if (running < 30)
      await reading.until(({ name, data }) => name === 'sweep' && data.trialCounts.running === 30)
})

test('an id of which later lines were forgotten, or that is none, gets a reset', async () => {
  const { sweepId } = await insertSweep(2)
  const reading = await read(`sweep:${sweepId}`)
  await claimOf(sweepId)
  const { id } = await reading.until(({ name }) => name === 'trial')
  await api.store.updateSweep(sweepId, { priority: 7 })
  await reading.until(({ name, data }) => name === 'sweep' && data.priority === 7)
  await pool.query("UPDATE event SET at = now() - interval '1 hour'")
  await api.store.trimLog()
  const late = await read(`sweep:${sweepId}`, id)
  const first = await late.until(() => true)
  expect(first).toMatchObject({ name: 'reset', id: first.data.position })
  await claimOf(sweepId)
  await late.until(({ name }) => name === 'trial')
  const strange = await read('sweeps', 'abc')
  expect((await strange.until(() => true)).name).toBe('reset')
  // The one that was there all the time has missed nothing.
  await reading.until(({ name, data }) => name === 'sweep' && data.trialCounts.running === 2)
  expect(reading.events.some(({ name }) => name === 'reset')).toBe(false)
})

test('a reader that does not read is cut off, and goes on from its last id', async () => {
  const name = 'x'.repeat(190)
  const sweeps: { sweepId: string }[] = []
  while (sweeps.length < 120) sweeps.push(await insertSweep(0, name))
  const space = { lr: Array.from({ length: 500 }, (_, index) => (index + 1) / 1e6) }
  await pool.query('UPDATE sweep SET definition = definition || $1 WHERE name = $2', [
    JSON.stringify({ space }),
    name,
  ])
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /events?topics=sweeps HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer]
  const id = /id: (\S+)/.exec(String(head))?.[1]
  socket.pause()
  let isCut = false
  socket.on('close', () => {
    isCut = true
  })
  socket.on('error', () => {})
  const other = await read('sweeps')
  for (let round = 1; round < 60 && other.events.length < 20_000; round++) {
    await pool.query('UPDATE sweep SET priority = $1 WHERE name = $2', [round % 90, name])
    await other.until(({ data }) => data.name === name && data.priority === round % 90)
    other.events.splice(0)
  }
  // Only now: a paused socket does not notice.
  socket.resume()
  await waitUntil('it is cut off', () => isCut)
  const again = await read('sweeps', id)
  await again.until(({ data }) => data.id === sweeps[0]?.sweepId)
  expect(again.events[0]?.name).toBe('open')
})

test('100,000 trials that are cancelled at once are one event of their sweep', {
  timeout: 300_000,
}, async () => {
  const { sweepId } = await insertSweep(1)
  await pool.query(
    `INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs)
     SELECT gen_random_uuid(), sweep_id, n, hyperparameters, n, epochs FROM trial, generate_series(1, 99999) n
     WHERE sweep_id = $1`,
    [sweepId],
  )
  const reading = await read(`sweep:${sweepId}`)
  await reading.until(({ name }) => name === 'open')
  await api.store.cancelSweep(sweepId)
  const { data } = await reading.until(({ name, data }) => name === 'sweep' && data.state === 'cancelled')
  expect(data.trialCounts.cancelled).toBe(100_000)
  expect(reading.events.map(({ name }) => name).toSorted()).toEqual(['open', 'sweep', 'trials'])
})

test('each thing is told at most four times a second', async () => {
  const { sweepId } = await insertSweep(1)
  const fence = await claimOf(sweepId)
  const reading = await read(`sweep:${sweepId}`)
  await reading.until(({ name }) => name === 'open')
  const startedAt = performance.now()
  for (let epoch = 1; performance.now() - startedAt < 1500; epoch++) await report(fence, epoch)
  const seconds = (performance.now() - startedAt) / 1000
  const trials = reading.events.filter(({ name }) => name === 'trial')
  expect(trials.length).toBeGreaterThan(1)
  expect(trials.length).toBeLessThanOrEqual(4 * seconds + 1)
})

test('faulty topics are refused in words, and a stream needs the token', async () => {
  const faulty = async (query: string) => (await api.app.inject({ url: `/events${query}` })).json()
  expect((await faulty('?topics=sweeps,trails')).errors).toEqual([
    {
      pointer: '#/topics',
      detail: expect.stringContaining('"trails" is no topic; topics is a list of sweeps'),
    },
  ])
  expect((await faulty('')).status).toBe(400)
  expect(
    (await faulty(`?topics=${Array.from({ length: 101 }, () => `sweep:${randomUUID()}`)}`)).errors[0].detail,
  ).toMatch(/at most 100/)
  const token = 'a-token-for-this-test'
  const app = await buildApp({ store: api.store, queue: api.queue, env: parseEnv({ API_TOKEN: token }) })
  onTestFinished(() => app.close())
  const guarded = await app.listen({ port: 0 })
  await expect(EventReading.open(guarded, 'sweeps')).rejects.toThrow('401')
  const byToken = await EventReading.open(guarded, 'sweeps', undefined, { authorization: `Bearer ${token}` })
  await byToken.until(({ name }) => name === 'open')
  const login = await fetch(`${guarded}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const cookie = String(login.headers.get('set-cookie')).split(';')[0] ?? ''
  const bySession = await EventReading.open(guarded, 'sweeps', undefined, { cookie })
  await bySession.until(({ name }) => name === 'open')
  const closing = performance.now()
  await app.close()
  expect(performance.now() - closing).toBeLessThan(3000)
  await waitUntil('both have ended', () => byToken.isEnded && bySession.isEnded)
})

const SERVER = fileURLToPath(new URL('../dist/server.js', import.meta.url))

async function startServer(databaseUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const env = { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'fatal', DATABASE_URL: databaseUrl }
  const child = fork(SERVER, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { child, url }
}

test('an api that is killed loses no event: the next one tells what happened meanwhile', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const first = await startServer(database.url)
  const create = (from: string) =>
    fetch(`${from}/sweeps`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', space: { kernel: [3, 4] } }),
    }).then((response) => response.json() as Promise<{ id: string }>)
  const { id } = await create(first.url)
  const reading = await EventReading.open(first.url, `sweeps,sweep:${id}`)
  await reading.until(({ name }) => name === 'open')
  first.child.kill('SIGKILL')
  await waitUntil('it is cut off', () => reading.isEnded)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    "UPDATE trial SET state = 'cancelled', finished_at = now() WHERE sweep_id = $1 AND number = 0",
    [id],
  )
  await client.end()
  const second = await startServer(database.url)
  const next = await EventReading.open(second.url, `sweeps,sweep:${id}`, reading.lastId)
  onTestFinished(() => next.close())
  const trial = await next.until(({ name }) => name === 'trial')
  expect(trial.data).toMatchObject({ number: 0, state: 'cancelled' })
  expect(next.events[0]?.name).toBe('open')
})
