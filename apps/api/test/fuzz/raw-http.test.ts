import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openTestApp } from '../open-test-app.js'
import { fuzzSettings } from './fuzz-settings.js'

const DEADLINE_MS = 20_000
/** A connection costs as much as dozens of requests that are injected. */
const RUNS = Math.ceil(fuzzSettings.FUZZ_RUNS / 50)

const requestLine = fc.constantFrom(
  'POST /sweeps HTTP/1.1',
  'GET /trials?sort=val_acc HTTP/1.1',
  'GET /trials HTTP/1.0',
  'GET /\x00 HTTP/1.1',
  'GET http://elsewhere/trials HTTP/1.1',
  'GET * HTTP/1.1',
  'CONNECT db:5432 HTTP/1.1',
  'PRI * HTTP/2.0',
  'get /trials HTTP/1.1',
  'GET /trials HTTP/9.9',
  '',
)
const header = fc.oneof(
  fc.constantFrom(
    'Content-Type: application/json',
    'Content-Length: 2',
    'Content-Length: 5',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Expect: 100-continue',
    'Upgrade: websocket',
    'Connection: upgrade',
    'Host:',
    'no colon',
    ': no name',
    ' folded',
    'X: \x01\x02',
    `X: ${'x'.repeat(20_000)}`,
  ),
  fc.string({ unit: 'binary-ascii' }),
)
const body = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '2\r\n{}\r\n0\r\n\r\n',
    'fffffffffffffffff\r\n',
    '{"name":"x","space":{}}',
    'GET / HTTP/1.1\r\n\r\n',
  ),
  fc.string({ unit: 'binary' }),
)
const message = fc
  .tuple(requestLine, fc.array(header, { maxLength: 5 }), body, fc.constantFrom('\r\n', '\n', '\r'))
  .map(([line, headers, rest, end]) => Buffer.from([line, ...headers, '', rest].join(end), 'latin1'))

const bytes = fc.oneof(
  { weight: 4, arbitrary: message },
  fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
)

/** Everything that is answered until the server closes the connection, which it must within the deadline. */
function exchange(port: number, sent: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(sent))
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`nothing for ${DEADLINE_MS} ms`)))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close before it has read what nobody will answer.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
  })
}

test(`${RUNS} connections with any bytes from FUZZ_SEED=${fuzzSettings.FUZZ_SEED} end without a fault of the service`, {
  timeout: RUNS * 200 + 60_000,
}, async () => {
  const api = await openTestApp({ MAX_TRIALS: '50', RATE_LIMIT: '0' })
  onTestFinished(() => api.close())
  const url = await api.app.listen({ port: 0, host: '127.0.0.1' })
  const port = Number(new URL(url).port)
  const property = fc.asyncProperty(bytes, async (sent) => {
    const answer = await exchange(port, sent)
    for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm))
      expect(Number(status), answer).toBeLessThan(500)
  })
  await fc.assert(property, { numRuns: RUNS, seed: fuzzSettings.FUZZ_SEED })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})
