import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ApiError, createClient, type SweepClient, UnexpectedAnswerError, UnreachableError } from './index.js'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A server on a free port that answers as `listener` says. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that answers everything with the same JSON, and the requests that it got. */
async function answerWith(status: number, body: unknown, type = 'application/json') {
  const requests: IncomingMessage[] = []
  const baseUrl = await serve((request, response) => {
    requests.push(request)
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': type })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  return { baseUrl, requests }
}

const emptyPage = { items: [], nextCursor: null }
const problem = {
  type: 'urn:sweepd:problem:invalid-input',
  title: 'The input is not valid',
  status: 400,
  detail: '2 fields are not as the contract asks.',
  instance: '/sweeps',
  errors: [
    { pointer: '#/space/kernel/0', detail: 'kernel is a whole number' },
    { pointer: '#/name', detail: 'name is required' },
  ],
}

describe('requests', () => {
  test('a query carries what is set and leaves out what is undefined', async () => {
    const { baseUrl, requests } = await answerWith(200, emptyPage)
    const client = createClient({ baseUrl })
    expect(await client.listTrials({ sort: 'val_acc', limit: 5, cursor: undefined })).toEqual(emptyPage)
    expect(requests[0]?.url).toBe('/trials?sort=val_acc&limit=5')
  })

  test('a path in the base URL stays in front, and the token is sent', async () => {
    const { baseUrl, requests } = await answerWith(200, emptyPage)
    await createClient({ baseUrl: `${baseUrl}/sweepd/`, token: 's3cret' }).listSweeps()
    expect(requests[0]?.url).toBe('/sweepd/sweeps')
    expect(requests[0]?.headers.authorization).toBe('Bearer s3cret')
  })

  test('an id is escaped, so that it stays one part of the path', async () => {
    const { baseUrl, requests } = await answerWith(404, { ...problem, status: 404 })
    expect(await createClient({ baseUrl }).findSweep('../trials?x')).toBeUndefined()
    expect(requests[0]?.url).toBe('/sweeps/..%2Ftrials%3Fx')
  })

  test('a user and a password go to the proxy in front of the API, and into no message', async () => {
    const { baseUrl, requests } = await answerWith(502, 'bad gateway', 'text/plain')
    const withPassword = baseUrl.replace('http://', 'http://ann:s%2Fcr%C3%A9t@')
    const error = await createClient({ baseUrl: withPassword })
      .listSweeps()
      .catch((cause) => cause)
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:s/crét').toString('base64')}`)
    const unreachable = await createClient({ baseUrl: 'http://ann:s%2Fcr%C3%A9t@127.0.0.1:1' })
      .listSweeps()
      .catch((cause) => cause)
    expect(unreachable).toBeInstanceOf(UnreachableError)
    for (const { message } of [error, unreachable]) expect(message).not.toMatch(/s%2Fcr|s\/cr/)
  })

  test.each([
    ['http://ann:hunter2@127.0.0.1:3000?x=1', /what follows http:\/\/127\.0\.0\.1:3000 \(a query/],
    ['http://127.0.0.1:3000/sweepd#top', /what follows http:\/\/127\.0\.0\.1:3000\/sweepd /],
    ['http//ann:hunter2@127.0.0.1', /^The base URL is not the address/],
    ['http://ann:hunter2@127.0.0.1:3000', /Leave one out/],
  ])('%s is refused with the reason, and without its password', (baseUrl, reason) => {
    const create = () => createClient({ baseUrl, token: 'a-token' })
    expect(create).toThrow(reason)
    expect(create).not.toThrow(/hunter2/)
  })

  test.each(['localhost:3000', 'not a url', 'ftp://x/'])('%j is refused as an address', (baseUrl) => {
    expect(() => createClient({ baseUrl })).toThrow(/http:\/\/127\.0\.0\.1:3000/)
  })
})

describe('commands', () => {
  const id = '0192f1a0-0000-7000-8000-000000000000'
  const refused = { ...problem, status: 409, title: 'The current state does not allow this' }

  test.each<[string, (client: SweepClient) => Promise<unknown>]>([
    [`POST /sweeps/${id}/pause`, (client) => client.pauseSweep(id)],
    [`POST /sweeps/${id}/resume`, (client) => client.resumeSweep(id)],
    [`POST /sweeps/${id}/cancel`, (client) => client.cancelSweep(id)],
    [`POST /sweeps/${id}/retry`, (client) => client.retrySweep(id)],
    [`PATCH /sweeps/${id}`, (client) => client.updateSweep(id, { priority: 1 })],
    [`DELETE /sweeps/${id}`, (client) => client.deleteSweep(id)],
    [`POST /trials/${id}/cancel`, (client) => client.cancelTrial(id)],
    [`POST /trials/${id}/retry`, (client) => client.retryTrial(id)],
    ['POST /workers/box-1%2F2/drain', (client) => client.drainWorker('box-1/2')],
  ])(
    '%s is sent without a body that it does not need, and its refusal says the state',
    async (sent, give) => {
      const { baseUrl, requests } = await answerWith(409, { ...refused, detail: 'It is completed: …' })
      await expect(give(createClient({ baseUrl }))).rejects.toThrow(/\(409, .*\)\nIt is completed/)
      expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([sent])
      expect('content-type' in (requests[0]?.headers ?? {})).toBe(sent.startsWith('PATCH'))
    },
  )

  test('an answer without a body is enough for a deletion', async () => {
    const baseUrl = await serve((_, response) => response.writeHead(204).end())
    expect(await createClient({ baseUrl }).deleteSweep(id)).toBeUndefined()
  })
})

describe('answers', () => {
  test('a problem becomes an ApiError that lists every offending field', async () => {
    const { baseUrl } = await answerWith(400, problem, 'application/problem+json')
    const error = await createClient({ baseUrl })
      .createSweep({})
      .catch((cause) => cause)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 400, problem })
    expect(error.message.split('\n')).toEqual([
      'The input is not valid (400, POST /sweeps)',
      '2 fields are not as the contract asks.',
      '  #/space/kernel/0: kernel is a whole number',
      '  #/name: name is required',
    ])
  })

  test('points that cannot be built are listed with their reasons', async () => {
    const points = [{ point: { stride: 2 }, reason: 'too small' }]
    const { baseUrl } = await answerWith(400, { ...problem, errors: undefined, points })
    await expect(createClient({ baseUrl }).previewSweep({})).rejects.toThrow('{"stride":2}: too small')
  })

  test('only an unknown id is undefined; other refusals are thrown', async () => {
    const { baseUrl } = await answerWith(401, { ...problem, status: 401 })
    await expect(createClient({ baseUrl }).findTrial('x')).rejects.toThrow(ApiError)
  })

  test.each([
    [200, '<html>hello</html>'],
    [502, '<html>Bad Gateway</html>'],
    [200, { items: [{}], nextCursor: null }],
    [500, { message: 'not a problem' }],
  ])('%i with %j is recognised as not the API', async (status, body) => {
    const { baseUrl } = await answerWith(status, body)
    const listing = createClient({ baseUrl }).listTrials()
    await expect(listing).rejects.toThrow(UnexpectedAnswerError)
    await expect(listing).rejects.toThrow(baseUrl)
  })

  test('the API is ready when it says so, and not when it does not', async () => {
    const ready = await answerWith(200, {})
    const notReady = await answerWith(503, {})
    expect(await createClient(ready).isReady()).toBe(true)
    expect(await createClient(notReady).isReady()).toBe(false)
  })
})

describe('connections', () => {
  test('a server that is not there is named with the remedy, after two more tries', async () => {
    let tries = 0
    const counted: typeof fetch = (...call) => {
      tries += 1
      return fetch(...call)
    }
    const baseUrl = await unusedAddress()
    const client = createClient({ baseUrl, fetch: counted })
    const error = await client.listSweeps().catch((cause) => cause)
    expect(error).toBeInstanceOf(UnreachableError)
    expect(error.message).toBe(
      `Cannot reach the sweepd API at ${baseUrl} (ECONNREFUSED). Start it with "sweepd up", or give the address where it listens.`,
    )
    expect(tries).toBe(3)
    expect(await client.isReady()).toBe(false)
  })

  test('a GET survives a connection that breaks once; a POST is never sent twice', async () => {
    let requests = 0
    const baseUrl = await serve((request, response) => {
      requests += 1
      if (requests === 1 || request.method === 'POST') request.socket.destroy()
      else response.end(JSON.stringify(emptyPage))
    })
    const client = createClient({ baseUrl })
    expect(await client.listSweeps()).toEqual(emptyPage)
    await expect(client.createSweep({})).rejects.toThrow(UnreachableError)
    expect(requests).toBe(3)
  })

  test('a POST with an idempotency key is sent again with the same key', async () => {
    const keys: unknown[] = []
    const baseUrl = await serve((request) => {
      keys.push(request.headers['idempotency-key'])
      request.socket.destroy()
    })
    const creating = createClient({ baseUrl }).createSweep({}, { idempotencyKey: 'k' })
    await expect(creating).rejects.toThrow(UnreachableError)
    expect(keys).toEqual(['k', 'k', 'k'])
  })

  test('an answer that does not come in time is an error that names the wait', async () => {
    const client = createClient({ baseUrl: await serve(() => {}), timeoutMs: 50 })
    await expect(client.listSweeps()).rejects.toThrow(/did not answer GET \/sweeps within 0\.05 s/)
  })

  test('a body that stops in the middle counts as no answer in time', async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{')
    })
    await expect(createClient({ baseUrl, timeoutMs: 200 }).listSweeps()).rejects.toThrow(UnreachableError)
  })

  test('an abort ends the call with the reason of the caller, also between two tries', async () => {
    const reason = new Error('no longer needed')
    const silent = createClient({ baseUrl: await serve(() => {}) })
    const waiting = silent.listSweeps({}, { signal: abortIn(20, reason) })
    await expect(waiting).rejects.toBe(reason)
    const gone = createClient({ baseUrl: await unusedAddress() })
    await expect(gone.listSweeps({}, { signal: abortIn(50, reason) })).rejects.toBe(reason)
    await expect(gone.isReady({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

async function unusedAddress(): Promise<string> {
  const baseUrl = await serve(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return baseUrl
}

function abortIn(delayMs: number, reason: Error): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), delayMs)
  return controller.signal
}
