import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { problemDetailsSchema } from '@sweepd/core'
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, openTestApp, type TestApp } from './open-test-app.js'

let api: TestApp

beforeAll(async () => {
  api = await openTestApp({ MAX_TRIALS: '50' })
})
afterAll(() => api.close())

const MIB = 1024 ** 2
const post = (body: unknown): InjectOptions => ({ method: 'POST', url: '/sweeps', ...json(body) })
const definition = (parts: string) => post(`{"name":"x","space":{"kernel":[3]},${parts}}`)
const sent = (payload: string | Buffer, type?: string): InjectOptions => ({
  method: 'POST',
  url: '/sweeps',
  payload,
  headers: type === undefined ? {} : { 'content-type': type },
})

/** Sends a request and checks that the answer is a problem, complete and with the status of the answer. */
async function expectProblem(request: InjectOptions, status: number) {
  const response = await api.app.inject(request)
  expect(response.statusCode).toBe(status)
  expect(response.headers['content-type']).toBe('application/problem+json')
  const problem = problemDetailsSchema.parse(response.json())
  expect(problem.status).toBe(status)
  expect(problem.instance).toBe(request.url)
  return { response, problem }
}

describe('what is not a request of the contract', () => {
  test.each<[string, InjectOptions, number, string]>([
    ['JSON that breaks off', post('{"name": "x"'), 400, 'line 1, column 13'],
    ['JSON that is broken on the third line', post('{\n"a": 1,\n"b": }'), 400, 'line 3, column 6'],
    ['text as JSON', post('hello'), 400, 'line 1, column 1'],
    ['an empty body', post(''), 400, 'no body'],
    ['no body at all', { method: 'POST', url: '/sweeps' }, 400, 'no body'],
    ['bytes that are not UTF-8', sent(Buffer.from([0x22, 0xff, 0x22]), 'application/json'), 400, 'UTF-8'],
    ['a form', sent('name=x', 'application/x-www-form-urlencoded'), 415, 'application/json'],
    ['text', sent('{}', 'text/plain'), 415, 'application/json'],
    ['a body without a type', sent('{}'), 415, 'application/json'],
    ['a body of more than 1 MiB', post(`"${'x'.repeat(MIB)}"`), 413, '1 MiB'],
    [
      'a compressed body',
      {
        ...sent(gzipSync('{}'), 'application/json'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      },
      415,
      'uncompressed',
    ],
    ['an empty id', { method: 'POST', url: '/sweeps//pause' }, 404, 'id of a sweep'],
    ['an unknown address', { url: '/sweep' }, 404, '/docs'],
    ['an unknown address with a broken body', { ...post('{'), url: '/nope' }, 404, '/docs'],
    ['a path that cannot be decoded', { url: '/sweeps/%zz' }, 400, '%zz'],
    ['a path that is too long', { url: `/sweeps/${'a'.repeat(500)}` }, 414, 'UUID'],
  ])('%s is answered with a problem that says so', async (_, request, status, remedy) => {
    expect((await expectProblem(request, status)).problem.detail).toContain(remedy)
  })

  test.each([
    ['DELETE', '/sweeps', 'GET, HEAD, POST'],
    ['PUT', '/trials/abc', 'GET, HEAD'],
    ['POST', '/trials', 'GET, HEAD'],
    ['OPTIONS', '/sweeps', 'GET, HEAD, POST'],
    ['PROPFIND', '/healthz', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is a 405 that allows %s', async (method, url, allow) => {
    const request = { ...json('{'), method, url } as InjectOptions
    expect((await expectProblem(request, 405)).response.headers.allow).toBe(allow)
  })
})

describe('bodies that are JSON and yet nothing', () => {
  test.each<[string, InjectOptions, string]>([
    ['null', post('null'), '#'],
    ['a number', post('1e400'), '#'],
    ['an array', post('[{"name":"x"}]'), '#'],
    ['a NUL character in the name', definition('"name":"a\\u0000b"'), '#/name'],
    [
      'a NUL character in a choice',
      post('{"name":"x","space":{"optimizer":["adam\\u0000"]}}'),
      '#/space/optimizer/0',
    ],
    ['a NUL character in a key', definition('"a\\u0000":1'), '#/a%00'],
    ['half a surrogate pair in the name', definition('"name":"\\ud800"'), '#/name'],
    ['__proto__ at the top', definition('"__proto__":{"seed":1}'), '#/__proto__'],
    ['__proto__ inside', definition('"fixed":{"__proto__":{"epochs":1}}'), '#/fixed/__proto__'],
    ['constructor', definition('"constructor":{"prototype":{}}'), '#/constructor'],
    ['a huge number', definition('"seed":1e308'), '#/seed'],
    ['an infinite number', definition('"fixed":{"lr":1e999}'), '#/fixed/lr'],
    ['a number with a fraction', definition('"fixed":{"epochs":1.5}'), '#/fixed/epochs'],
    ['text for a number', definition('"fixed":{"epochs":"20"}'), '#/fixed/epochs'],
    ['an array for a scalar', definition('"name":["x"]'), '#/name'],
    ['an object for an array', definition('"fixed":{"convLayers":{"0":32}}'), '#/fixed/convLayers'],
    ['null for a value', definition('"fixed":{"lr":null}'), '#/fixed/lr'],
    ['the same choice twice', post('{"name":"x","space":{"kernel":[3,[3,3]]}}'), '#/space/kernel/1'],
    ['a name that stands twice', post('{"name":"x","name":"y","space":{}}'), '#/name'],
    ['a name that stands twice inside', post('{"name":"x","space":{"lr":[1],"lr":[2]}}'), '#/space/lr'],
    ['no choice', post('{"name":"x","space":{"kernel":[]}}'), '#/space/kernel'],
  ])('%s is a 400 that names the field', async (_, request, pointer) => {
    const { problem } = await expectProblem(request, 400)
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer)
  })

  test.each([
    ['arrays', '['.repeat(MIB / 2) + ']'.repeat(MIB / 2)],
    [
      'arrays inside a choice',
      `{"name":"x","space":{"kernel":[${'['.repeat(400_000)}${']'.repeat(400_000)}]}}`,
    ],
    ['objects', `${'{"a":'.repeat(170_000)}1${'}'.repeat(170_000)}`],
    ['a hundred thousand unknown names', `{${Array.from({ length: 70_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ['a hundred thousand wrong choices', `{"name":"x","space":{"kernel":[${'"x",'.repeat(200_000)}0]}}`],
    ['a name of a megabyte', `{"name":"${'x'.repeat(MIB - 100)}","space":{}}`],
  ])('a whole megabyte of %s is a 400 of less than a megabyte', async (_, body) => {
    const { response } = await expectProblem(post(body), 400)
    expect(response.rawPayload.length).toBeLessThan(MIB)
  })
})

describe('a command that has nothing to say', () => {
  test.each([
    ['an empty chunked body', { 'transfer-encoding': 'chunked' }, '0\r\n\r\n'],
    [
      'an empty chunked body of JSON',
      { 'transfer-encoding': 'chunked', 'content-type': 'application/json' },
      '0\r\n\r\n',
    ],
    ['a type and no body', { 'content-type': 'application/json' }, ''],
    ['a type, no body and its length', { 'content-type': 'application/json', 'content-length': '0' }, ''],
    [
      'the type of a form and no body',
      { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
      '',
    ],
  ])('is taken with %s', async (_, headers: Record<string, string>, body) => {
    const { id } = (await api.app.inject(post('{"name":"x","space":{}}'))).json()
    const head = Object.entries({ host: 'x', connection: 'close', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    const answer = await exchange([`POST /sweeps/${id}/pause HTTP/1.1`, ...head, '', body].join('\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})

test('a slash at the end leads where it leads without', async () => {
  const list = await api.app.inject({ url: '/sweeps/?limit=1' })
  expect([list.statusCode, list.json().items]).toEqual([200, [expect.anything()]])
})

/** Everything that a raw request is answered with. */
async function exchange(message: string): Promise<string> {
  if (!api.app.server.listening) await api.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = api.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write(message)
  return Buffer.concat(await socket.toArray()).toString()
}

test('bytes that are not HTTP are answered with a problem', async () => {
  const answer = await exchange('hello\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(problemDetailsSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).status).toBe(400)
})

const names = [
  'name',
  'dataset',
  'space',
  'fixed',
  'objective',
  'sampler',
  'pruner',
  'seed',
  'kernel',
  'stride',
  'reg',
  'lr',
]
const moreNames = [
  'epochs',
  'convLayers',
  'earlyStopping',
  'trainSize',
  'dropout',
  'min',
  'max',
  'steps',
  'scale',
  '__proto__',
]
const someName = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names, ...moreNames) }, fc.string())
const someValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      0,
      1,
      2,
      3,
      -1,
      0.5,
      1e308,
      5e-324,
      'grid',
      'log',
      'linear',
      'adam',
      'synthetic',
      null,
      true,
    ),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(someName, tie('value'), { maxKeys: 5 }),
  ),
})).value

/** Ranges that are nearly right: the faults that come late. */
const someRange = fc.record({
  min: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 })),
  max: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 })),
  steps: fc.integer({ min: 0, max: 7 }),
  scale: fc.constantFrom('linear', 'log'),
})
const someAxes = fc.dictionary(someName, fc.oneof(fc.array(someValue, { maxLength: 3 }), someRange), {
  maxKeys: 4,
})
const someDefinition = fc.record(
  { name: fc.string(), space: someAxes, fixed: fc.dictionary(someName, someValue) },
  {
    requiredKeys: ['name', 'space'],
  },
)

const parameters = ['sort', 'order', 'limit', 'cursor', 'sweepId', 'state', 'dryRun', '__proto__']
const someText = fc.oneof(
  fc.constantFrom('val_acc', 'asc', '5', 'queued', 'true', '%00', '%'),
  fc.string({ unit: 'binary' }),
)
const someQuery = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...parameters), fc.string()), someText), { maxLength: 4 })
  .map((pairs) => pairs.map(([name, text]) => `${encodeText(name)}=${encodeText(text)}`).join('&'))

/** Percent-encoded where it must be; halves of surrogate pairs cannot be and are left out. */
const encodeText = (text: string) =>
  text.startsWith('%') ? text : encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, ''))

describe('whatever is sent, the answer is never a fault of the service', () => {
  test('as a body', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(someDefinition, someValue, fc.json()), async (body) => {
        const { statusCode, body: answer } = await api.app.inject(post(body))
        expect(statusCode < 500, answer).toBe(true)
      }),
      { numRuns: 250 },
    ),
  )

  test('as a query', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom('/trials', '/sweeps'), someQuery, async (path, query) => {
        const { statusCode, body: answer } = await api.app.inject({ url: `${path}?${query}` })
        expect(statusCode < 500, answer).toBe(true)
      }),
      { numRuns: 250 },
    ),
  )

  test('as an id', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('trials', 'sweeps'),
        fc.oneof(fc.uuid(), someText),
        async (kind, id) => {
          const { statusCode } = await api.app.inject({ url: `/${kind}/${encodeText(id)}` })
          expect([200, 400, 404, 414]).toContain(statusCode)
        },
      ),
      { numRuns: 200 },
    ))
})
