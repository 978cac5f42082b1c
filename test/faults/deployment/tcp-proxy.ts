import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { findFreePort } from '@sweepd/process'

/** A door on 127.0.0.1 in front of a server, which can be shut. */
export interface TcpProxy {
  /** The server's URL with this door as its address. */
  readonly url: string
  /** Cuts all connections and refuses new ones. */
  shut(): Promise<void>
  /** Lets connections through again, at the same port. */
  reopen(): Promise<void>
  close(): Promise<void>
}

/** Opens a door in front of the server of this URL. */
export async function openTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) =>
    join(client, connect(Number(target.port), target.hostname), sockets),
  )
  const port = await findFreePort()
  const reopen = async () => {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  const shut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await reopen()
  const url = Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href
  return { url, shut, reopen, close: shut }
}

/** Passes bytes both ways; the end or loss of one side is that of the other. */
function join(client: Socket, server: Socket, sockets: Set<Socket>): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    sockets.add(from)
    from.setNoDelay(true)
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
}
