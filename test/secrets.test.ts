import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  createTestDatabase,
  findRedisFault,
  startTestRedis,
  type TestDatabase,
  type TestServer,
  waitUntil,
} from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'

// A process takes seconds to start where other tests take the cores.
vi.setConfig({ testTimeout: 120_000 })

const root = resolve(import.meta.dirname, '..')
const APPS = { api: 'apps/api/dist/server.js', worker: 'apps/worker/dist/main.js' } as const
const redisFault = await findRedisFault()

const API_TOKEN = 'token-ohYaiGh7eizoo2ch'
const WRONG_TOKEN = 'token-Aen0eeghie7Aezoh'
const REDIS_PASSWORD = 'redis-quohG4quoo8Iez6u'
const WRONG_PASSWORD = 'wrong-Ein7aeth6Johgh2U'

/** Starts an app that logs all it can; ended with the test. */
async function start(app: keyof typeof APPS, environment: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sweepd-secrets-'))
  const child = fork(join(root, APPS[app]), {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      WORKER_SLOTS: '1',
      LOG_LEVEL: 'trace',
      SWEEPD_DATA_DIR: dataDir,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })
  const output = { text: '' }
  const ends: Promise<unknown[]>[] = [once(child, 'exit')]
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    ends.push(once(stream, 'close'))
    stream.on('data', (chunk) => {
      output.text += chunk
    })
  }
  // Its last words may come after its exit.
  return { child, output, exited: Promise.all(ends).then(([codeAndSignal]) => codeAndSignal) }
}

async function untilReady({ child, output }: { child: ChildProcess; output: { text: string } }) {
  const [message] = await Promise.race([
    once(child, 'message') as Promise<[{ url?: string }]>,
    once(child, 'exit').then(() => Promise.reject(new Error(`it ended: ${output.text}`))),
  ])
  return message.url ?? ''
}

/** Sends commands to a Redis in its inline form and answers with what it says. */
function tellRedis(url: string, ...commands: string[]): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((fulfil, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.end(`${[...commands, 'QUIT'].join('\r\n')}\r\n`),
    )
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => fulfil(answer)).on('error', reject)
  })
}

function withPassword(url: string, password: string): string {
  const secret = new URL(url)
  secret.password = password
  return secret.href
}

/** A password that is a word of everyday use, as that of a test container, proves nothing. */
const isTelling = (secret: string) => secret.length >= 12

function expectNoSecrets(text: string, secrets: readonly string[]) {
  for (const secret of secrets.filter(isTelling)) {
    const at = text.indexOf(secret)
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 500), at + 100)).toBe('')
  }
}

/** Answers of a request that is well, and of those that are refused for all kinds of reasons. */
async function askEverything(url: string): Promise<string> {
  const ask = async (path: string, token: string, body?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(`${url}${path}`, { headers, ...(body && { method: 'POST', body }) })
    return JSON.stringify([...answer.headers]) + (await answer.text())
  }
  const answers = await Promise.all([
    ask('/sweeps', API_TOKEN, '{"name":"x","space":{}}'),
    ask('/sweeps', API_TOKEN, '{"name":'),
    ask('/trials?sort=val_acc', API_TOKEN),
    ask('/trials?sort=luck', API_TOKEN),
    ask('/nowhere', API_TOKEN),
    ask('/sweeps', WRONG_TOKEN),
    ask('/openapi.json', API_TOKEN),
  ])
  return answers.join('\n')
}

describe.skipIf(redisFault !== undefined)('at LOG_LEVEL=trace no secret is told', () => {
  let database: TestDatabase
  let redis: TestServer

  beforeAll(async () => {
    database = await createTestDatabase()
    redis = await startTestRedis()
    await tellRedis(redis.url, `CONFIG SET requirepass ${REDIS_PASSWORD}`)
  })
  afterAll(async () => {
    await redis.stop()
    await database.drop()
  })

  test('by api and worker, while all is well and when Redis no longer takes their password', async () => {
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: withPassword(redis.url, REDIS_PASSWORD),
      API_TOKEN,
    }
    const api = await start('api', environment)
    const worker = await start('worker', environment)
    const [url] = await Promise.all([untilReady(api), untilReady(worker)])
    const answers = await askEverything(url)

    await tellRedis(
      redis.url,
      `AUTH ${REDIS_PASSWORD}`,
      'CONFIG SET requirepass another',
      'CLIENT KILL TYPE normal SKIPME yes',
    )
    await waitUntil('the worker tells of it', () => /WRONGPASS|NOAUTH/.test(worker.output.text), 30_000)
    const unready = await fetch(`${url}/readyz`)
    expect(unready.status).toBe(503)
    const late = await askEverything(url)
    for (const { child } of [api, worker]) child.kill('SIGKILL')
    await Promise.all([api.exited, worker.exited])

    const secrets = [API_TOKEN, WRONG_TOKEN, REDIS_PASSWORD, new URL(database.url).password]
    expect(api.output.text).toContain('request completed')
    for (const text of [answers, late, await unready.text(), api.output.text, worker.output.text])
      expectNoSecrets(text, secrets)
  })

  test.each<[string, (urls: { database: string; redis: string }) => Record<string, string>]>([
    [
      'a wrong password of Postgres',
      ({ database }) => ({ DATABASE_URL: withPassword(database, WRONG_PASSWORD) }),
    ],
    ['no Postgres', () => ({ DATABASE_URL: `postgresql://u:${WRONG_PASSWORD}@127.0.0.1:1/x` })],
    ['a URL of Postgres that is none', () => ({ DATABASE_URL: `postgresql:${WRONG_PASSWORD}@/%zz` })],
    [
      'a password that cannot be decoded',
      () => ({ DATABASE_URL: `postgresql://u:${WRONG_PASSWORD}%zz@h/x` }),
    ],
    ['another kind of URL', () => ({ DATABASE_URL: `mysql://u:${WRONG_PASSWORD}@h/x` })],
    [
      'a wrong password of Redis',
      ({ database, redis }) => ({ DATABASE_URL: database, REDIS_URL: withPassword(redis, WRONG_PASSWORD) }),
    ],
    [
      'no Redis',
      ({ database }) => ({ DATABASE_URL: database, REDIS_URL: `redis://:${WRONG_PASSWORD}@127.0.0.1:1` }),
    ],
    ['a URL of Redis that is none', () => ({ REDIS_URL: `redis:/${WRONG_PASSWORD}@` })],
  ])('by api and worker that do not start for %s', async (_, describeEnvironment) => {
    const environment = {
      DATABASE_URL: database.url,
      API_TOKEN,
      ...describeEnvironment({ database: database.url, redis: redis.url }),
    }
    const secrets = [API_TOKEN, WRONG_PASSWORD, new URL(database.url).password]
    for (const started of [start('api', environment), start('worker', environment)]) {
      const { output, exited } = await started
      expect(await exited, output.text).toEqual([1, null])
      expect(output.text).not.toBe('')
      expectNoSecrets(output.text, secrets)
    }
  })
})
