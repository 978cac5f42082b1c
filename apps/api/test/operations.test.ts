import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { problemDetailsSchema, UnavailableError } from '@sweepd/core'
import { openTrialQueue } from '@sweepd/queue'
import { createPostgresStore } from '@sweepd/store'
import { createTestDatabase, startTestPostgres, waitUntil } from '@sweepd/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../src/app.js'
import { parseEnv } from '../src/env.js'
import { openTestApp } from './open-test-app.js'

test('the service is alive all along, and ready whenever its store and queue answer', {
  timeout: 90_000,
}, async () => {
  const postgres = await startTestPostgres()
  onTestFinished(() => postgres.stop())
  const store = createPostgresStore({ databaseUrl: postgres.url })
  const queue = await openTrialQueue({ databaseUrl: postgres.url })
  const app = await buildApp({ store, queue, env: parseEnv({}) })
  onTestFinished(async () => {
    await app.close()
    await store.close()
    await queue.close()
  })
  const statusOf = async (url: string) => (await app.inject({ url })).statusCode
  const ready = await app.inject({ url: '/readyz' })
  expect(ready.json()).toEqual({ status: 'ready', store: 'up', queue: 'up' })

  await postgres.kill()
  const notReady = await app.inject({ url: '/readyz' })
  expect(notReady.statusCode).toBe(503)
  expect(problemDetailsSchema.parse(notReady.json()).detail).toMatch(/Down: store, queue\..*DATABASE_URL/)
  expect(await statusOf('/healthz')).toBe(200)
  const failed = await app.inject({ url: '/sweeps' })
  expect(failed.statusCode).toBe(503)
  expect(failed.headers['retry-after']).toBe('2')
  expect(problemDetailsSchema.parse(failed.json()).detail).toMatch(/Postgres cannot be reached/)
  expect(failed.body).not.toContain(new URL(postgres.url).port)

  await postgres.restart()
  await waitUntil('the service is ready again', async () => (await statusOf('/readyz')) === 200, 30_000)
  expect(await statusOf('/sweeps')).toBe(200)
})

test('a frozen database leaves the service alive, and not ready within three seconds', async () => {
  const database = await createTestDatabase()
  const network = await openFreezableNetwork(database.url)
  const store = createPostgresStore({ databaseUrl: network.url })
  const queue = await openTrialQueue({ databaseUrl: database.url })
  const app = await buildApp({ store, queue, env: parseEnv({}) })
  onTestFinished(async () => {
    network.close()
    await app.close()
    await store.close()
    await queue.close()
    await database.drop()
  })
  expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200)
  network.freeze()
  const startedAt = performance.now()
  const frozen = await app.inject({ url: '/readyz' })
  expect(frozen.statusCode).toBe(503)
  expect(performance.now() - startedAt).toBeLessThan(3000)
  expect(problemDetailsSchema.parse(frozen.json()).detail).toMatch(/^Down: store\./)
  expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200)
  network.thaw()
  await waitUntil(
    'it is ready',
    async () => (await app.inject({ url: '/readyz' })).statusCode === 200,
    30_000,
  )
})

/** A network before the server of this URL that can stop carrying anything without a word. */
async function openFreezableNetwork(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => [near, far].map((end) => end.destroy()))
    }
    near.pipe(far)
    far.pipe(near)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    thaw: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a store that says that it is busy is a 503 at once, with the time to come back', async () => {
  const api = await openTestApp()
  onTestFinished(() => api.close())
  const busy = Object.assign(Object.create(api.store), {
    listSweeps: async () => {
      throw new UnavailableError('store', 'All 10 connections are in use.', { retryAfterMs: 2500 })
    },
    ping: () => new Promise(() => {}),
  })
  const app = await buildApp({ store: busy, queue: api.queue, env: parseEnv({}) })
  onTestFinished(() => app.close())
  const startedAt = performance.now()
  const refused = await app.inject({ url: '/sweeps' })
  expect(performance.now() - startedAt).toBeLessThan(1000)
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '3'])
  expect(problemDetailsSchema.parse(refused.json()).detail).toBe(
    'The database is unavailable: All 10 connections are in use.',
  )
})

const TOKEN = '0123456789-s3cret'

describe('with an API_TOKEN', () => {
  const openWithToken = async () => {
    const api = await openTestApp({ API_TOKEN: TOKEN })
    onTestFinished(() => api.close())
    return (url: string, authorization?: string) =>
      api.app.inject({ url, headers: authorization === undefined ? {} : { authorization } })
  }

  test('everything but the probes asks for it', async () => {
    const get = await openWithToken()
    for (const url of [
      '/sweeps',
      '/trials',
      '/trials/x',
      '/docs',
      '/openapi.json',
      '/nope',
      '/docs/static/index.css',
    ]) {
      const refused = await get(url)
      expect(refused.statusCode, url).toBe(401)
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer/)
      expect(refused.headers['x-content-type-options']).toBe('nosniff')
      expect(problemDetailsSchema.parse(refused.json()).detail).toContain('API_TOKEN')
    }
    expect((await get('/healthz')).statusCode).toBe(200)
    expect((await get('/readyz')).statusCode).toBe(200)
  })

  test('only the right token opens, and the document says how to send it', async () => {
    const get = await openWithToken()
    for (const wrong of [
      TOKEN,
      'Bearer',
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN}t`,
      `Basic ${TOKEN}`,
      `Bearer${TOKEN}`,
      `Token ${TOKEN}`,
    ])
      expect((await get('/sweeps', wrong)).statusCode, wrong).toBe(401)
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect((await get('/sweeps', `${scheme} ${TOKEN}`)).statusCode, scheme).toBe(200)
    expect((await get('/openapi.json', `Bearer ${TOKEN}`)).json()).toMatchObject({
      security: [{ token: [] }, { session: [] }],
    })
  })
})
