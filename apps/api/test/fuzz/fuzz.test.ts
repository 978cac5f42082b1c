import { problemDetailsSchema } from '@sweepd/core'
import fc from 'fast-check'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../open-test-app.js'
import { fuzzSettings } from './fuzz-settings.js'
import { Answered } from './known.js'
import { Ledger } from './ledger.js'
import { listOperations } from './operations.js'
import { type FuzzRequest, requestsTo } from './requests.js'
import { Tally } from './tally.js'

const { FUZZ_RUNS, FUZZ_SEED } = fuzzSettings

/** Requests that are under way at once. */
const BURST = 8
/** Requests after which the stored rows are counted. */
const BATCH = 1000
/** No request may take longer, however busy the machine is. */
const DEADLINE_MS = 20_000
const MAX_PROBLEM_BYTES = 1024 ** 2

let api: TestApp
const answered = new Answered()
const ledger = new Ledger()
const tally = new Tally()

beforeAll(async () => {
  api = await openTestApp({ MAX_TRIALS: '50', RATE_LIMIT: '0' })
})
afterAll(() => api.close())

/** Sends one request and checks what holds for every answer. */
async function send(request: FuzzRequest): Promise<void> {
  const options = request.toInject(answered)
  if (request.operation.path === '/events') return openStream(options)
  const startedAt = performance.now()
  const answer = await within(DEADLINE_MS, api.app.inject(options))
  tally.count(answer.statusCode, performance.now() - startedAt)
  expect(answer.statusCode, answer.body.slice(0, 1000)).toBeLessThan(500)
  if (options.method !== 'HEAD') readAnswer(answer)
  ledger.enter(String(options.method), String(options.url), answer)
}

/** A stream has no end: its head is all that is waited for. */
async function openStream(options: InjectOptions): Promise<void> {
  const startedAt = performance.now()
  const answer = await within(DEADLINE_MS, api.app.inject({ ...options, payloadAsStream: true }))
  tally.count(answer.statusCode, performance.now() - startedAt)
  expect(answer.statusCode).toBeLessThan(500)
  answer.stream().destroy()
}

function readAnswer(answer: LightMyRequestResponse): void {
  if (answer.statusCode >= 400) expectProblem(answer)
  else if (/^application\/json(;|$)/.test(String(answer.headers['content-type'])))
    answered.note(answer.json())
}

function expectProblem(answer: LightMyRequestResponse): void {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(problemDetailsSchema.parse(answer.json()).status).toBe(answer.statusCode)
  expect(answer.rawPayload.length).toBeLessThan(MAX_PROBLEM_BYTES)
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

test(`${FUZZ_RUNS} requests from FUZZ_SEED=${FUZZ_SEED} never fail the service, never hang, never store halves`, {
  timeout: FUZZ_RUNS * 100 + 60_000,
}, async () => {
  const document: OpenAPIV3_1.Document = (await api.app.inject({ url: '/openapi.json' })).json()
  const request = requestsTo(listOperations(document), document.components)
  const burst = fc.array(request, { minLength: BURST, maxLength: BURST })
  const property = fc.asyncProperty(burst, async (requests) => void (await Promise.all(requests.map(send))))
  for (let sent = 0; sent < FUZZ_RUNS; sent += BATCH) {
    const numRuns = Math.ceil(Math.min(BATCH, FUZZ_RUNS - sent) / BURST)
    await fc.assert(property, { numRuns, seed: FUZZ_SEED + sent })
    await ledger.expectToMatch(api.store)
  }
  console.log(tally.describe())
  expect(tally.total).toBeGreaterThanOrEqual(FUZZ_RUNS)
})
