import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../src/tcp-proxy.js'
import { waitUntil } from '../src/wait-until.js'

/** A server that repeats what it hears, in capitals, and notes it. */
const heard: string[] = []
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    heard.push(chunk.toString())
    if (!socket.destroyed) socket.write(chunk.toString().toUpperCase())
  })
})
let proxy: TcpProxy
const clients: Client[] = []

beforeEach(async () => {
  heard.length = 0
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  proxy = await openTcpProxy(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  await proxy.close()
  server.close()
  await once(server, 'close')
})

class Client {
  answers = ''
  isClosed = false
  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.answers += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.isClosed = true
    })
  }

  /** Sends this and waits for so much of an answer in all. */
  async asks(text: string, answers: string): Promise<void> {
    this.socket.write(text)
    await waitUntil(`the answers are ${answers}`, () => this.answers === answers)
  }
}

async function open(): Promise<Client> {
  const client = new Client(connect(Number(new URL(proxy.url).port), '127.0.0.1'))
  clients.push(client)
  await once(client.socket, 'connect').catch(() => {})
  return client
}

it('passes bytes both ways, and the end', async () => {
  const client = await open()
  await client.asks('one', 'ONE')
  await client.asks('two', 'ONETWO')
  expect(proxy.openConnections).toBe(1)
  client.socket.end()
  await waitUntil('it is closed', () => client.isClosed && proxy.openConnections === 0)
})

it('refuses: cuts what is open and takes nothing new, until it passes again', async () => {
  const client = await open()
  await client.asks('one', 'ONE')
  await proxy.refuse()
  await waitUntil('the connection is cut', () => client.isClosed)
  const refused = await open()
  await waitUntil('the new one is refused', () => refused.isClosed)
  await proxy.pass()
  await (await open()).asks('two', 'TWO')
})

it('freezes: takes connections and bytes and says nothing, and delivers them in order when it thaws', async () => {
  const old = await open()
  await old.asks('one', 'ONE')
  await proxy.freeze()
  const young = await open()
  old.socket.write('two ')
  old.socket.write('three')
  young.socket.write('four')
  await delay(100)
  expect([old.answers, young.answers, old.isClosed, young.isClosed]).toEqual(['ONE', '', false, false])
  expect(heard).toEqual(['one'])
  await proxy.pass()
  await waitUntil('all is answered', () => old.answers === 'ONETWO THREE' && young.answers === 'FOUR')
})

it('keeps the end of a frozen connection from the other side, too', async () => {
  const client = await open()
  await client.asks('one', 'ONE')
  await proxy.freeze()
  client.socket.destroy()
  await waitUntil('the client is gone', () => client.isClosed)
  expect(proxy.openConnections).toBe(1)
  await proxy.pass()
  await waitUntil('the server knows', () => proxy.openConnections === 0)
})

it('delays what passes, and keeps its order when it goes faster again', async () => {
  const client = await open()
  await proxy.delay(150)
  const startedAt = performance.now()
  await client.asks('one', 'ONE')
  expect(performance.now() - startedAt).toBeGreaterThan(290)
  client.socket.write('two')
  await delay(20)
  await proxy.pass()
  await client.asks('three', 'ONETWOTHREE')
})

it('cuts after so many bytes, and passes what comes later', async () => {
  await proxy.cut({ sentBy: 'client', afterBytes: 5 })
  const client = await open()
  await client.asks('one', 'ONE')
  client.socket.write('two')
  await waitUntil('the connection is cut', () => client.isClosed)
  await waitUntil('the server has five bytes', () => heard.join('') === 'onetw')
  expect([client.answers, proxy.cutConnections]).toEqual(['ONE', 1])
  await (await open()).asks('three', 'THREE')
})

it('cuts instead of an answer, as often as told', async () => {
  await proxy.cut({ sentBy: 'server', insteadOf: /COMMIT/, times: 2 })
  for (let turn = 1; turn <= 2; turn++) {
    const client = await open()
    await client.asks('update ', 'UPDATE ')
    client.socket.write('commit')
    await waitUntil('the connection is cut', () => client.isClosed)
    expect([client.answers, proxy.cutConnections]).toEqual(['UPDATE ', turn])
  }
  expect(heard.filter((text) => text === 'commit')).toHaveLength(2)
  await (await open()).asks('commit', 'COMMIT')
})
