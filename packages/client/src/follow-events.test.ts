import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ApiError, type ClientEvent, createClient, UnexpectedAnswerError } from './index.js'

/** A server whose connections are answered by one function each, the last one by all that follow. */
async function serve(...answers: ((response: ServerResponse) => void)[]) {
  const requests: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
  const server = createServer(({ url, headers }, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]
    requests.push({ url, headers })
    answer?.(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { requests, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const SWEEP = 'a3bb189e-8bf9-4f3e-8c1f-1c1a1d3c1a11'
const open = (position: string) =>
  `event: open\nid: ${position}\ndata: ${JSON.stringify({ topics: ['sweeps'], position })}\n\n`
const trials = (id: string) => `event: trials\nid: ${id}\ndata: {"sweepId":"${SWEEP}"}\n\n`

function stream(response: ServerResponse, ...parts: string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const part of parts) response.write(part)
}

/** The first `count` events; the stream is ended then. */
async function take(baseUrl: string, count: number, lastEventId?: string): Promise<ClientEvent[]> {
  const stop = new AbortController()
  const events: ClientEvent[] = []
  for await (const event of createClient({ baseUrl, token: 's3cret' }).events({
    topics: ['sweeps', `sweep:${SWEEP}`],
    signal: stop.signal,
    lastEventId,
  })) {
    events.push(event)
    if (events.length === count) stop.abort()
  }
  return events
}

test('events come one by one, however their bytes are cut; those of a newer API are passed over', async () => {
  const text = `retry: 1\n\n${open('7-1')}: alive\n\nevent: later\ndata: {}\n\n${trials('8-2')}`
  const { baseUrl, requests } = await serve((response) => {
    stream(response)
    void (async () => {
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte))
        await new Promise(setImmediate)
      }
    })()
  })
  expect(await take(baseUrl, 2)).toEqual([
    { name: 'open', id: '7-1', data: { topics: ['sweeps'], position: '7-1' } },
    { name: 'trials', id: '8-2', data: { sweepId: SWEEP } },
  ])
  expect(decodeURIComponent(requests[0]?.url ?? '')).toBe(`/events?topics=sweeps,sweep:${SWEEP}`)
  expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret' })
  expect(requests[0]?.headers).not.toHaveProperty('last-event-id')
})

test('a connection that breaks is opened again after the last id, also one that came with a sign of life', async () => {
  const { baseUrl, requests } = await serve(
    (response) => {
      stream(response, open('7-1'), trials('8-2'), ': alive\nid: 9-0\n\n')
      setTimeout(() => response.destroy(), 50)
    },
    (response) => {
      response.writeHead(503).end()
    },
    (response) => stream(response, open('9-0'), trials('9-4')),
  )
  const names = (await take(baseUrl, 6)).map(({ name }) => name)
  expect(names).toEqual(['open', 'trials', 'broken', 'broken', 'open', 'trials'])
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '9-0', '9-0'])
})

test('a place of an earlier stream is gone on from', async () => {
  const { baseUrl, requests } = await serve((response) => stream(response, open('5-1')))
  await take(baseUrl, 1, '5-1')
  expect(requests[0]?.headers['last-event-id']).toBe('5-1')
})

test('a refusal is thrown, and so is an event that is not as it should be', async () => {
  const problem = {
    type: 'x',
    title: 'A token is needed',
    status: 401,
    detail: 'Send it.',
    instance: '/events',
  }
  const refusing = await serve((response) => {
    response.writeHead(401, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
  })
  await expect(take(refusing.baseUrl, 1)).rejects.toThrow(ApiError)
  const strange = await serve((response) => stream(response, 'event: trials\ndata: {"sweep":1}\n\n'))
  await expect(take(strange.baseUrl, 1)).rejects.toThrow(UnexpectedAnswerError)
})
