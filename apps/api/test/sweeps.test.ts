import { randomUUID } from 'node:crypto'
import { type Page, type Sweep, sweepPageSchema, sweepPreviewSchema, sweepSchema } from '@sweepd/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFINITION_EXAMPLES } from '../src/openapi/definition-examples.js'
import { json, openTestApp, type TestApp } from './open-test-app.js'

let api: TestApp

beforeAll(async () => {
  api = await openTestApp({ MAX_TRIALS: '500' })
})
afterAll(() => api.close())

const create = (definition: unknown, query = '') =>
  api.app.inject({ method: 'POST', url: `/sweeps${query}`, ...json(definition) })
const get = (url: string) => api.app.inject({ url })
const countSweeps = async () => (await get('/sweeps?limit=500')).json<Page<Sweep>>().items.length

const small = { name: 'small', space: { kernel: [3, 4] } }

const EXAMPLE_TRIALS = {
  'kernel-and-stride': 2 * 2 * 2 * 3 * 5,
  'wide-search': 50,
  'two-kernels': 2,
} as const

test.each(Object.entries(DEFINITION_EXAMPLES))(
  'the documented example "%s" creates a sweep with a queued trial for each point',
  async (_, { value }) => {
    const before = await api.queue.countWaitingJobs()
    const response = await create(value)
    expect(response.statusCode).toBe(201)
    const sweep = sweepSchema.parse(response.json())
    expect(response.json()).toEqual(sweep)
    const trials = EXAMPLE_TRIALS[value.name]
    expect(sweep).toMatchObject({ name: value.name, state: 'running', progress: 0, bestTrial: null })
    expect(sweep.trialCounts).toMatchObject({ total: trials, queued: trials, completed: 0 })
    expect(await api.queue.countWaitingJobs()).toBe(before + trials)
    expect(response.headers.location).toBe(`/sweeps/${sweep.id}`)
    expect((await get(`/sweeps/${sweep.id}`)).json()).toEqual(sweep)
  },
)

test('a sweep shows its defaults filled in', async () => {
  expect((await create(small)).json()).toMatchObject({
    dataset: 'fashion-mnist',
    sampler: { type: 'grid' },
    pruner: { type: 'none' },
    objective: { metric: 'val_acc', direction: 'maximize' },
    seed: 2019,
  })
})

test('a dry run counts and checks and stores nothing', async () => {
  const before = await countSweeps()
  const response = await create({ ...small, fixed: { epochs: 7 } }, '?dryRun=true')
  expect(response.statusCode).toBe(200)
  expect(sweepPreviewSchema.parse(response.json())).toMatchObject({ dryRun: true, trials: 2, epochs: 14 })
  expect((await create({ name: 'x', space: { kernel: 3 } }, '?dryRun=true')).statusCode).toBe(400)
  const skipping = await create({ name: 'x', space: { kernel: [3, 27] }, impossible: 'skip' }, '?dryRun=true')
  expect(sweepPreviewSchema.parse(skipping.json())).toMatchObject({
    trials: 1,
    skipped: { count: 1, points: [{ point: { kernel: 27 } }] },
  })
  expect(await countSweeps()).toBe(before)
  expect((await create(small, '?dryRun=false')).statusCode).toBe(201)
})

test('every offending field is named at once, and nothing is stored', async () => {
  const before = await countSweeps()
  const response = await create({
    dataset: 'my images',
    space: { kernel: [3, 'x'], lr: { min: 0.1, max: 0.01, scale: 'log' }, colour: ['red'] },
    fixed: { epochs: 0, kernel: 3 },
    seed: -1,
    extra: true,
  })
  expect(response.statusCode).toBe(400)
  expect(response.headers['content-type']).toBe('application/problem+json')
  const pointers = response.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer)
  for (const field of [
    'name',
    'dataset',
    'space/kernel/1',
    'space/colour',
    'fixed/epochs',
    'fixed/kernel',
    'seed',
    'extra',
  ])
    expect(pointers).toContain(`#/${field}`)
  expect(pointers.some((pointer) => pointer.startsWith('#/space/lr'))).toBe(true)
  expect(await countSweeps()).toBe(before)
})

test('points whose layers shrink below one pixel are refused with reasons, before anything is stored', async () => {
  const before = await countSweeps()
  const response = await create({
    name: 'too-deep',
    space: { stride: [1, 2], kernel: [3] },
    fixed: { convLayers: [32, 64, 128], zeroPadding: true },
  })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({
    type: 'urn:sweepd:problem:impossible-architecture',
    impossibleCount: 1,
    totalCount: 2,
    points: [{ point: { stride: 2, kernel: 3 }, reason: expect.stringContaining('pixel') }],
  })
  expect(await countSweeps()).toBe(before)
})

test('a grid beyond MAX_TRIALS is refused with its size', async () => {
  const steps = { min: 0.001, max: 0.1, steps: 501 }
  const response = await create({ name: 'huge', space: { lr: steps } })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({
    errors: [{ pointer: '#/space', detail: expect.stringContaining('501') }],
  })
})

test('sweeps are listed newest first, page by page, each exactly once', async () => {
  const created: string[] = []
  for (let index = 0; index < 5; index += 1) created.push((await create(small)).json<Sweep>().id)
  const listed: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Page<Sweep> = (
      await get(`/sweeps?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    ).json()
    expect(sweepPageSchema.parse(page)).toEqual(page)
    expect(page.items.length).toBeLessThanOrEqual(2)
    listed.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  expect(listed.slice(0, 5)).toEqual(created.reverse())
  expect(new Set(listed).size).toBe(listed.length)
  expect(listed.length).toBe(await countSweeps())
})

test.each([randomUUID(), 'abc', '0', 'null', '..%2fx', "1'%20OR%201=1", '%00', 'ÿ'])(
  'the unknown id %s is a 404 that names it',
  async (id) => {
    const response = await get(`/sweeps/${id}`)
    expect(response.statusCode).toBe(404)
    expect(response.json().detail).toBe(`There is no sweep with the id ${decodeURIComponent(id)}.`)
  },
)

test('an id is found in upper case as well', async () => {
  const { id } = (await create(small)).json<Sweep>()
  expect((await get(`/sweeps/${id.toUpperCase()}`)).json<Sweep>().id).toBe(id)
})
