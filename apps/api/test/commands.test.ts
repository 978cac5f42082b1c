import { randomUUID } from 'node:crypto'
import { createClient, type SweepClient } from '@sweepd/client'
import { problemDetailsSchema, type Sweep, trialDetailSchema } from '@sweepd/core'
import { type ClaimedTrial, failTrial, startTrial } from '@sweepd/scheduler'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { json, openTestApp, type TestApp } from './open-test-app.js'

const LEASE_MS = 60_000

let api: TestApp
let client: SweepClient

beforeAll(async () => {
  api = await openTestApp()
  client = createClient({ baseUrl: await api.app.listen({ port: 0, host: '127.0.0.1' }) })
})
// A claim takes the best trial of all sweeps, so that each test has to leave none waiting.
afterEach(async () => {
  const { items } = await client.listSweeps({ limit: 5 })
  for (const { id, state } of items)
    if (state === 'running' || state === 'paused') await client.cancelSweep(id)
})
afterAll(() => api.close())

const create = (definition: object = {}) =>
  client.createSweep({ name: 'commanded', space: { lr: [0.1, 0.01, 0.001] }, ...definition })

async function claim(): Promise<ClaimedTrial> {
  const trial = await startTrial(api, { workerId: 'box-1', leaseMs: LEASE_MS })
  if (trial === undefined) throw new Error('no trial can be claimed')
  return trial
}

async function failNext(): Promise<ClaimedTrial> {
  const trial = await claim()
  const error = { class: 'diverged', message: 'the loss became NaN' } as const
  await failTrial(api, trial, error, { maxAttempts: 1, backoffMs: 0 })
  return trial
}

const getOnlyTrial = async (sweep: Sweep) => {
  const [trial] = (await client.listTrials({ sweepId: sweep.id })).items
  return client.getTrial(trial?.id ?? '')
}

const command = (method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown) =>
  api.app.inject({ method, url, ...(body === undefined ? {} : json(body)) })

describe('a sweep', () => {
  test('that is paused starts no trial until it is resumed, and says why it waits', async () => {
    const sweep = await create()
    expect(await client.pauseSweep(sweep.id)).toMatchObject({
      state: 'paused',
      pauseReason: 'on request',
    })
    expect(await startTrial(api, { workerId: 'box-1', leaseMs: LEASE_MS })).toBeUndefined()
    expect((await getOnlyTrial(sweep)).waitingReason).toContain('paused')
    expect(await client.resumeSweep(sweep.id)).toMatchObject({ state: 'running', pauseReason: null })
    expect((await claim()).sweepId).toBe(sweep.id)
  })

  test('that is cancelled takes its trials along, and can then be deleted', async () => {
    const sweep = await create()
    await claim()
    const refusal = await command('DELETE', `/sweeps/${sweep.id}`)
    expect(refusal.statusCode).toBe(409)
    expect(problemDetailsSchema.parse(refusal.json()).detail).toMatch(/is running: cancel it first/)
    expect(await client.cancelSweep(sweep.id)).toMatchObject({
      state: 'cancelled',
      trialCounts: { cancelled: 3, queued: 0, running: 0 },
    })
    const deletion = await command('DELETE', `/sweeps/${sweep.id}`)
    expect([deletion.statusCode, deletion.body]).toEqual([204, ''])
    expect(await client.findSweep(sweep.id)).toBeUndefined()
    expect((await client.listTrials({ sweepId: sweep.id })).items).toEqual([])
  })

  test('whose trials failed begins anew with those, and accounts for the attempts', async () => {
    const sweep = await create({ space: { lr: [0.1, 0.01] }, maxFailureShare: 1 })
    const failed = [await failNext(), await failNext()]
    expect(await client.getSweep(sweep.id)).toMatchObject({
      state: 'completed',
      accounting: { planned: 2, failed: 2, duplicates: 0, attemptsBeyondFirst: { total: 0 } },
    })
    const answer = await client.retrySweep(sweep.id)
    expect(answer).toMatchObject({ retried: 2, sweep: { state: 'running', trialCounts: { queued: 2 } } })
    expect(await client.retrySweep(sweep.id)).toMatchObject({ retried: 0 })
    expect(await claim()).toMatchObject({ trialId: failed[0]?.trialId, attempt: 2 })
    expect((await client.getSweep(sweep.id)).accounting.attemptsBeyondFirst).toMatchObject({
      total: 1,
      byReason: { retried: 1 },
    })
  })

  test('goes first once its priority is the highest', async () => {
    await create({ name: 'older' })
    const later = await create({ name: 'later' })
    expect(await client.updateSweep(later.id, { priority: 1 })).toMatchObject({ priority: 1 })
    expect((await claim()).sweepId).toBe(later.id)
  })

  test('runs no more trials at once than maxParallel, which can be raised', async () => {
    const sweep = await create({ maxParallel: 1 })
    await claim()
    expect(await startTrial(api, { workerId: 'box-1', leaseMs: LEASE_MS })).toBeUndefined()
    await client.updateSweep(sweep.id, { maxParallel: null })
    await claim()
  })

  test.each([
    ['an unknown field', { colour: 'red' }, '#/colour'],
    ['no change', {}, '#'],
    ['a priority that is too high', { priority: 101 }, '#/priority'],
    ['maxParallel 0', { maxParallel: 0 }, '#/maxParallel'],
    ['no object', [1], '#'],
  ])('is not changed by %s', async (_, changes, pointer) => {
    const sweep = await create()
    const refusal = await command('PATCH', `/sweeps/${sweep.id}`, changes)
    expect(refusal.statusCode).toBe(400)
    expect(problemDetailsSchema.parse(refusal.json()).errors?.[0]?.pointer).toBe(pointer)
    expect(await client.getSweep(sweep.id)).toMatchObject({ priority: 0, maxParallel: null })
  })

  test.each(['pause', 'resume', 'retry'])(
    'that is cancelled refuses to %s, naming its state',
    async (name) => {
      const { id } = await client.cancelSweep((await create()).id)
      const refusal = await command('POST', `/sweeps/${id}/${name}`)
      expect(refusal.statusCode).toBe(409)
      expect(problemDetailsSchema.parse(refusal.json())).toMatchObject({
        type: 'urn:sweepd:problem:conflict',
        detail: expect.stringMatching(/is cancelled: ./),
      })
    },
  )

  test.each(['pause', 'cancel'])('takes %s twice', async (name) => {
    const { id } = await create()
    const answers = [
      await command('POST', `/sweeps/${id}/${name}`),
      await command('POST', `/sweeps/${id}/${name}`),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  })
})

describe('a trial', () => {
  test('can be cancelled alone, and the last one ends its sweep', async () => {
    const sweep = await create({ space: { lr: [0.1] } })
    const { trialId } = await claim()
    const trial = await client.cancelTrial(trialId)
    expect(trial).toMatchObject({ state: 'cancelled', attemptHistory: [{ number: 1, outcome: 'cancelled' }] })
    expect(trialDetailSchema.parse(trial)).toEqual(trial)
    expect((await client.getSweep(sweep.id)).state).toBe('completed')
    await expect(client.retryTrial(trialId)).rejects.toThrow(/only a failed trial can be retried/)
  })

  test('that failed begins anew, and keeps what it did before', async () => {
    await create({ space: { lr: [0.1] } })
    const { trialId } = await failNext()
    expect(await client.retryTrial(trialId)).toMatchObject({
      state: 'queued',
      retries: 1,
      error: null,
      attemptHistory: [{ number: 1, retry: 0, outcome: 'failed' }],
    })
    expect(await claim()).toMatchObject({ trialId, attempt: 2 })
  })

  test('says why it waits when no worker is there, and nothing once it runs', async () => {
    const sweep = await create({ space: { lr: [0.1] } })
    expect((await getOnlyTrial(sweep)).waitingReason).toContain('no worker is alive')
    await claim()
    expect((await getOnlyTrial(sweep)).waitingReason).toBeNull()
  })
})

describe('an Idempotency-Key', () => {
  const post = (key: string, body: object) =>
    api.app.inject({
      method: 'POST',
      url: '/sweeps',
      payload: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    })
  const definition = { name: 'once', space: { lr: [0.1] } }

  test('lets one sweep come of any number of requests, also at once', async () => {
    const key = randomUUID()
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(key, definition)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201])
    const ids = new Set(answers.map((answer) => answer.json<Sweep>().id))
    expect(ids.size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(3)
    for (const { headers } of answers) expect(headers.location).toBe(`/sweeps/${[...ids][0]}`)
  })

  test('knows a definition again that is written otherwise', async () => {
    const key = randomUUID()
    const first = (await post(key, definition)).json<Sweep>()
    const other = await post(key, { space: { lr: [0.1] }, seed: 2019, name: ' once ' })
    expect(other.json<Sweep>().id).toBe(first.id)
  })

  test('is refused for another definition', async () => {
    const key = randomUUID()
    const { id } = (await post(key, definition)).json<Sweep>()
    const refusal = await post(key, { ...definition, seed: 1 })
    expect(refusal.statusCode).toBe(422)
    expect(problemDetailsSchema.parse(refusal.json())).toMatchObject({
      type: 'urn:sweepd:problem:idempotency-key-reused',
      detail: expect.stringContaining(id),
    })
  })

  test.each(['', 'x'.repeat(256), 'tab\there', 'ümlaut'])(
    'of %j is a 400 that says what one is',
    async (key) => {
      const refusal = await post(key, definition)
      expect(refusal.statusCode).toBe(400)
      expect(problemDetailsSchema.parse(refusal.json()).errors?.[0]?.pointer).toBe('#/Idempotency-Key')
    },
  )
})

describe('a worker', () => {
  const worker = { host: 'box', device: 'cpu', engine: 'onnx', slots: 2, version: '0.1.0', pid: 7 }

  test('is listed with what it trains, and can be asked to drain', async () => {
    await api.store.registerWorker({ id: 'box-1', ...worker }, LEASE_MS)
    await create()
    const { trialId, attempt } = await claim()
    expect((await client.listWorkers()).items).toMatchObject([
      { id: 'box-1', ...worker, state: 'alive', trials: [{ trialId, attempt, epochsDone: 0 }] },
    ])
    expect(await client.drainWorker('box-1')).toMatchObject({ id: 'box-1', state: 'draining' })
    await api.store.deregisterWorker('box-1')
    await expect(client.drainWorker('box-1')).rejects.toMatchObject({ status: 409 })
  })

  test.each(['box-2', '%00', '..%2fx', 'ü'])('of the unknown id %s is a 404', async (id) => {
    const refusal = await command('POST', `/workers/${encodeURI(id).replaceAll('%25', '%')}/drain`)
    expect(refusal.statusCode).toBe(404)
  })
})

test.each([
  ['POST', '/sweeps/ID/pause'],
  ['POST', '/sweeps/ID/resume'],
  ['POST', '/sweeps/ID/cancel'],
  ['POST', '/sweeps/ID/retry'],
  ['PATCH', '/sweeps/ID'],
  ['DELETE', '/sweeps/ID'],
  ['POST', '/trials/ID/cancel'],
  ['POST', '/trials/ID/retry'],
] as const)('%s %s of an unknown id is a 404 that names it', async (method, url) => {
  for (const id of [randomUUID(), 'abc', '%00']) {
    const refusal = await command(
      method,
      url.replace('ID', id),
      method === 'PATCH' ? { priority: 1 } : undefined,
    )
    expect(refusal.statusCode).toBe(404)
    expect(problemDetailsSchema.parse(refusal.json()).detail).toContain(decodeURIComponent(id))
  }
})
