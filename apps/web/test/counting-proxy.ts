import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A door in front of the API that knows what goes through; the API behind may be another one tomorrow. */
export interface CountingProxy {
  readonly url: string
  /** Streams of events that are open now. */
  readonly openStreams: number
  /** Paths of all requests so far, without their queries. */
  readonly paths: readonly string[]
  close(): Promise<void>
}

export async function openCountingProxy(findApi: () => string): Promise<CountingProxy> {
  const paths: string[] = []
  let openStreams = 0
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.split('?')[0] ?? ''
    paths.push(path)
    if (path === '/events') {
      openStreams++
      outgoing.once('close', () => openStreams--)
    }
    const { method, headers, url = '/' } = incoming
    const forwarded = request(new URL(url, findApi()), { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
      answer.once('error', () => outgoing.destroy())
    })
    forwarded.once('error', () => outgoing.destroy())
    outgoing.once('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get openStreams() {
      return openStreams
    },
    paths,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
