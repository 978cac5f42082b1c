import { randomUUID } from 'node:crypto'
import { createClient, type SweepClient, type TrialListQuery } from '@sweepd/client'
import { type EpochMetrics, type Score, type Trial, trialDetailSchema } from '@sweepd/core'
import { failTrial, finishTrial, reportEpoch, startTrial } from '@sweepd/scheduler'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from './open-test-app.js'

const LEASE_MS = 60_000
const VAL_ACCS = [0.5, 0.9, 0.7]

let api: TestApp
let client: SweepClient
let sweepId: string

beforeAll(async () => {
  api = await openTestApp()
  client = createClient({ baseUrl: await api.app.listen({ port: 0, host: '127.0.0.1' }) })
  const space = { lr: [0.1, 0.01, 0.001, 0.0001, 0.00001] }
  const sweep = await client.createSweep({ name: 'leaderboard', space, fixed: { epochs: 2 } })
  sweepId = sweep.id
  const trials = await inOrderOfNumber()
  for (const [index, valAcc] of VAL_ACCS.entries()) await complete(trials[index], valAcc)
  await fail(trials[3])
})
afterAll(() => api.close())

const inOrderOfNumber = async () =>
  [...(await client.listTrials({ sweepId })).items].sort((a, b) => a.number - b.number)

const epochMetrics = (epoch: number, valAcc: number): EpochMetrics => ({
  epoch,
  loss: 1 - valAcc,
  acc: valAcc,
  val_loss: 1.1 - valAcc,
  val_acc: valAcc,
  durationMs: 5,
})

const scoreOf = (accuracy: number): Score => ({
  test_loss: 1,
  test_acc: accuracy,
  confusionMatrix: [
    [3, 1],
    [0, 4],
  ],
  perClass: ['a', 'b'].map((label) => ({ label, precision: 0.5, recall: 0.25, f1: 0.3, support: 4 })),
})

async function claim(trial: Trial | undefined) {
  if (trial === undefined) throw new Error('the sweep has fewer trials than expected')
  const claimed = await startTrial(api, { workerId: 'worker-1', leaseMs: LEASE_MS })
  if (claimed?.trialId !== trial.id) throw new Error(`trial ${trial.number} is not the next to be claimed`)
  return claimed
}

async function complete(trial: Trial | undefined, valAcc: number): Promise<void> {
  const claimed = await claim(trial)
  const epochs = [epochMetrics(1, valAcc / 2), epochMetrics(2, valAcc)] as const
  for (const metrics of epochs) await reportEpoch(api, claimed, metrics, undefined, LEASE_MS)
  const model = { json: JSON.stringify({ valAcc }), weights: Uint8Array.of(1, 2, 255) }
  await finishTrial(api, claimed, scoreOf(valAcc), epochs[1], { model, keepBest: 2 })
}

async function fail(trial: Trial | undefined): Promise<void> {
  const error = { class: 'diverged' as const, message: 'loss is NaN' }
  await failTrial(api, await claim(trial), error, { maxAttempts: 1, backoffMs: 0 })
}

const listValAccs = async (query: TrialListQuery) =>
  (await client.listTrials({ sweepId, ...query })).items.map(({ metrics }) => metrics.val_acc)

test('accuracies are ranked best first, and trials without the metric follow', async () => {
  expect(await listValAccs({ sort: 'val_acc' })).toEqual([0.9, 0.7, 0.5, null, null])
})

test('losses are ranked lowest first', async () => {
  const losses = (await client.listTrials({ sweepId, sort: 'val_loss' })).items.map(
    (trial) => trial.metrics.val_loss,
  )
  expect(losses.slice(0, 3)).toEqual([...losses.slice(0, 3)].sort())
  expect(losses.slice(3)).toEqual([null, null])
})

test('order= turns the ranking around', async () => {
  expect((await listValAccs({ sort: 'val_acc', order: 'asc' })).slice(0, 3)).toEqual([0.5, 0.7, 0.9])
})

test('the leaderboard is over all sweeps unless one is named', async () => {
  const other = await client.createSweep({ name: 'other', space: { kernel: [3] } })
  expect((await client.listTrials({ sort: 'val_acc' })).items).toHaveLength(6)
  expect((await client.listTrials({ sweepId: other.id })).items).toHaveLength(1)
  expect((await client.listTrials({ sweepId: randomUUID() })).items).toEqual([])
})

test('state= filters', async () => {
  expect(await listValAccs({ state: 'completed', sort: 'val_acc' })).toEqual([0.9, 0.7, 0.5])
  expect((await client.listTrials({ sweepId, state: 'failed' })).items).toMatchObject([
    { state: 'failed', error: { class: 'diverged', message: 'loss is NaN' } },
  ])
})

test.each([
  ['val_acc>0.6', [1, 2]],
  ['lr<=0.001', [2, 4, 3]],
  ['lr>0.001 state=completed', [1, 0]],
  ['state=failed', [3]],
  ['convLayers=[32,64] optimizer=adam epochsDone=0', [4, 3]],
  ['optimizer=sgd', []],
])('filter=%s lets only trials %j through', async (filter, numbers) => {
  const { items } = await client.listTrials({ sweepId, sort: 'val_acc', filter })
  expect(items.map(({ number }) => number)).toEqual(numbers)
})

test('pages follow each other with a filter too', async () => {
  const query = { sweepId, sort: 'val_acc', filter: 'val_acc>0.4 lr>=0.001', limit: 2 } as const
  const first = await client.listTrials(query)
  const second = await client.listTrials({ ...query, cursor: first.nextCursor ?? undefined })
  expect([first, second].map(({ items }) => items.map(({ number }) => number))).toEqual([[1, 2], [0]])
  expect(second.nextCursor).toBeNull()
})

test('pages follow each other without gap or repetition', async () => {
  const seen: (number | null)[] = []
  let cursor: string | undefined
  do {
    const page = await client.listTrials({ sweepId, sort: 'val_acc', limit: 2, cursor })
    seen.push(...page.items.map(({ number }) => number))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(seen.slice(0, 3)).toEqual([1, 2, 0])
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4])
})

test('one trial comes with its whole history, its score and its attempts', async () => {
  const [best] = (await client.listTrials({ sweepId, sort: 'val_acc', limit: 1 })).items
  const response = await api.app.inject({ url: `/trials/${best?.id}` })
  expect(response.statusCode).toBe(200)
  expect(trialDetailSchema.parse(response.json())).toEqual(response.json())
  expect(response.json()).toMatchObject({
    state: 'completed',
    epochsDone: 2,
    epochs: 2,
    attempts: 1,
    metrics: { val_acc: 0.9, test_acc: 0.9, test_loss: 1 },
    history: [epochMetrics(1, 0.45), epochMetrics(2, 0.9)],
    score: scoreOf(0.9),
    attemptHistory: [{ number: 1, workerId: 'worker-1', outcome: 'completed' }],
  })
})

test('the model of a trial is served as TensorFlow.js loads it, and a missing one is explained', async () => {
  const [best, , third] = (await client.listTrials({ sweepId, sort: 'val_acc' })).items
  const json = await api.app.inject({ url: `/trials/${best?.id}/model.json` })
  expect(json.statusCode).toBe(200)
  expect(json.json()).toEqual({ valAcc: 0.9 })
  const weights = await api.app.inject({ url: `/trials/${best?.id}/weights.bin` })
  expect(weights.headers['content-type']).toBe('application/octet-stream')
  expect([...weights.rawPayload]).toEqual([1, 2, 255])
  const missing = await api.app.inject({ url: `/trials/${third?.id}/weights.bin` })
  expect(missing.statusCode).toBe(404)
  expect(missing.json().detail).toContain('KEEP_MODELS')
  const unknown = await api.app.inject({ url: `/trials/${randomUUID()}/model.json` })
  expect(unknown.json().detail).toContain('There is no trial')
})

test('a sweep shows its best trial and how far it is', async () => {
  const sweep = await client.getSweep(sweepId)
  expect(sweep.bestTrial?.metrics.val_acc).toBe(0.9)
  expect(sweep.trialCounts).toMatchObject({ total: 5, completed: 3, failed: 1, queued: 1 })
  expect(sweep.progress).toBeCloseTo(0.8)
})

test.each([
  ['sort=accuracy', '#/sort', 'val_acc'],
  ['sort=', '#/sort', 'val_acc'],
  ['order=up', '#/order', 'asc, desc'],
  ['order=asc', '#/order', 'sort'],
  ['limit=0', '#/limit', '1 to 500'],
  ['limit=501', '#/limit', '1 to 500'],
  ['limit=1e2', '#/limit', '1 to 500'],
  ['limit=-1', '#/limit', '1 to 500'],
  ['limit=', '#/limit', '1 to 500'],
  ['limit=1&limit=2', '#/limit', 'limit'],
  ['state=done', '#/state', 'completed'],
  ['filter=lr<1+dropuot=0.2', '#/filter', 'at character 6: "dropuot" cannot be filtered by; did you mean'],
  ['filter=lr&filter=bn', '#/filter', 'once'],
  ['sweepId=7', '#/sweepId', 'UUID'],
  ['cursor=', '#/cursor', 'empty'],
  ['cursor=nonsense', '#/cursor', 'cursor'],
  ['cursor=%00', '#/cursor', 'cursor'],
  ['colour=red', '#/colour', 'not known'],
  ['__proto__=1', '#/__proto__', 'not known'],
])('the query ?%s is a 400 that names %s and the remedy', async (query, pointer, remedy) => {
  const response = await api.app.inject({ url: `/trials?${query}` })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ errors: [{ pointer, detail: expect.stringContaining(remedy) }] })
})

test('all faults of a query are named together', async () => {
  const response = await api.app.inject({ url: '/trials?sort=x&limit=x&y=x' })
  expect(response.json().errors).toHaveLength(3)
})

test('the cursor of one sort is refused by another', async () => {
  const { nextCursor } = await client.listTrials({ sweepId, sort: 'val_acc', limit: 1 })
  const mixed = client.listTrials({ sweepId, sort: 'loss', limit: 1, cursor: nextCursor ?? undefined })
  await expect(mixed).rejects.toMatchObject({ status: 400 })
})

test('an unknown or malformed id is a 404 that names it', async () => {
  expect(await client.findTrial(randomUUID())).toBeUndefined()
  await expect(client.getTrial('abc')).rejects.toThrow('There is no trial with the id abc.')
})

test('the client counts and checks without creating', async () => {
  const preview = await client.previewSweep({ name: 'x', space: { kernel: [3, 4] } })
  expect(preview).toMatchObject({ dryRun: true, trials: 2, epochs: 40 })
  await expect(client.previewSweep({ name: 'x', space: { kernel: 3 } })).rejects.toThrow('#/space/kernel')
  expect(await client.isReady()).toBe(true)
})
