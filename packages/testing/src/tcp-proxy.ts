import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { findFreePort } from '@sweepd/process'

/** When a proxy cuts a connection. */
interface CutOptions {
  /** Whose bytes count. */
  readonly sentBy: 'client' | 'server'
  /** So many more bytes are passed on, and then the connection is cut. */
  readonly afterBytes?: number
  /**
   * Bytes that match this (read as latin1, piece by piece as they come) are not passed on; the connection is cut
   * instead.
   */
  readonly insteadOf?: RegExp
  /** How many connections are cut; default 1. */
  readonly times?: number
}

/** A door on 127.0.0.1 in front of a server, with which a network can fail in each of its ways. */
export interface TcpProxy {
  /** The server's URL with this door as its address. */
  readonly url: string
  /** Connections that have gone through, and were not closed. */
  readonly openConnections: number
  /** Connections that `cut` has cut. */
  readonly cutConnections: number
  /** As at the beginning: bytes go through at once; those that `freeze` held back go first. */
  pass(): Promise<void>
  /** Cuts all connections and refuses new ones: the server is not there. */
  refuse(): Promise<void>
  /** Accepts connections and bytes, and passes nothing on, without a word: packets are dropped. */
  freeze(): Promise<void>
  /** Passes everything on so many milliseconds later, in order, both ways. */
  delay(delayMs: number): Promise<void>
  /** Passes everything on and cuts what the options say. */
  cut(options: CutOptions): Promise<void>
  close(): Promise<void>
}

interface Cut {
  readonly options: CutOptions
  bytesLeft: number
  timesLeft: number
}

/** Opens a door in front of the server of this URL. */
export async function openTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const proxy = new TcpDoor(new URL(serverUrl), await findFreePort())
  await proxy.pass()
  return proxy
}

class TcpDoor implements TcpProxy {
  readonly url: string
  cutConnections = 0
  private readonly server: Server
  private readonly lanes = new Set<Lane>()
  private isFrozen = false
  private delayMs = 0
  private pendingCut: Cut | undefined

  constructor(
    private readonly target: URL,
    private readonly port: number,
  ) {
    this.url = Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href
    this.server = createServer((client) => this.join(client))
  }

  get openConnections(): number {
    return this.lanes.size / 2
  }

  async pass(): Promise<void> {
    await this.setMode({})
  }

  async freeze(): Promise<void> {
    await this.setMode({ isFrozen: true })
  }

  async delay(delayMs: number): Promise<void> {
    await this.setMode({ delayMs })
  }

  async cut(options: CutOptions): Promise<void> {
    await this.setMode({})
    this.pendingCut = { options, bytesLeft: options.afterBytes ?? 0, timesLeft: options.times ?? 1 }
  }

  async refuse(): Promise<void> {
    if (!this.server.listening) return
    const closed = once(this.server, 'close')
    this.server.close()
    for (const lane of this.lanes) lane.end()
    await closed
  }

  close(): Promise<void> {
    return this.refuse()
  }

  private async setMode({ isFrozen = false, delayMs = 0 }): Promise<void> {
    this.isFrozen = isFrozen
    this.delayMs = delayMs
    this.pendingCut = undefined
    for (const lane of this.lanes) lane.deliverDue()
    if (!this.server.listening) await once(this.server.listen(this.port, '127.0.0.1'), 'listening')
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname)
    this.lanes.add(new Lane(client, server, this.optionsOf('client')))
    this.lanes.add(new Lane(server, client, this.optionsOf('server')))
  }

  private optionsOf(sentBy: CutOptions['sentBy']): LaneOptions {
    return {
      isFrozen: () => this.isFrozen,
      getDelayMs: () => this.delayMs,
      findCut: (chunk) => this.findCut(sentBy, chunk),
      onEnd: (lane) => this.lanes.delete(lane),
    }
  }

  /** How many bytes of this chunk go through before its connection is cut; undefined: it is not cut. */
  private findCut(sentBy: CutOptions['sentBy'], chunk: Buffer): number | undefined {
    const cut = this.pendingCut
    if (cut === undefined || cut.options.sentBy !== sentBy) return undefined
    const { insteadOf, afterBytes = 0 } = cut.options
    if (insteadOf !== undefined && !insteadOf.test(chunk.toString('latin1'))) return undefined
    if (insteadOf === undefined && chunk.length < cut.bytesLeft) {
      cut.bytesLeft -= chunk.length
      return undefined
    }
    const passableBytes = insteadOf === undefined ? cut.bytesLeft : 0
    cut.bytesLeft = afterBytes
    cut.timesLeft -= 1
    if (cut.timesLeft === 0) this.pendingCut = undefined
    this.cutConnections += 1
    return passableBytes
  }
}

interface LaneOptions {
  isFrozen(): boolean
  getDelayMs(): number
  findCut(chunk: Buffer): number | undefined
  onEnd(lane: Lane): void
}

/** What was sent, or the end of it, on its way to the other side. */
interface Delivery {
  readonly dueAt: number
  readonly deliver: () => void
}

/** One direction of a connection. */
class Lane {
  private readonly deliveries: Delivery[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly options: LaneOptions,
  ) {
    from.setNoDelay(true)
    from.on('data', (chunk: Buffer) => this.take(() => this.write(chunk)))
    from.on('end', () => this.take(() => to.end()))
    from.on('error', () => {})
    from.on('close', () => this.take(() => this.end()))
  }

  /** Delivers what is due, in order, unless the proxy is frozen. */
  deliverDue(): void {
    clearTimeout(this.timer)
    if (this.options.isFrozen()) return
    for (let next = this.deliveries[0]; next !== undefined; next = this.deliveries[0]) {
      const waitMs = next.dueAt - performance.now()
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.deliverDue(), waitMs)
        return
      }
      this.deliveries.shift()
      next.deliver()
    }
  }

  /** Ends the connection at once, both ways. */
  end(): void {
    clearTimeout(this.timer)
    this.deliveries.length = 0
    this.from.destroy()
    this.to.destroy()
    this.options.onEnd(this)
  }

  private take(deliver: () => void): void {
    this.deliveries.push({ deliver, dueAt: performance.now() + this.options.getDelayMs() })
    this.deliverDue()
  }

  private write(chunk: Buffer): void {
    const passableBytes = this.options.findCut(chunk)
    if (passableBytes === undefined) {
      if (!this.to.destroyed) this.to.write(chunk)
      return
    }
    // The receiver gets those bytes and the end; whatever it says to them gets lost.
    this.from.destroy()
    this.to.end(chunk.subarray(0, passableBytes))
  }
}
