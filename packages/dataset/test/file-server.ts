import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running HTTP server on 127.0.0.1. */
export interface FileServer {
  /** Ends in a slash. */
  readonly url: string
  /** Names asked for so far, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Answers each request by the name after the last slash. */
export async function startFileServer(
  answer: (name: string, response: ServerResponse) => void,
): Promise<FileServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const name = (request.url ?? '').split('/').at(-1) ?? ''
    requests.push(name)
    answer(name, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/data/`,
    requests,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
