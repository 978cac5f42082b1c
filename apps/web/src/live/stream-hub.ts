import type { ClientEvent, SweepClient } from '@sweepd/client'
import { MAX_TOPICS, type Topic } from '@sweepd/core'
import { type HubMessage, PAGE_SILENCE_MS, type PageMessage } from './protocol'

/** Pages come and go in bursts; the connection is made anew once. */
const SETTLE_MS = 30

interface Page {
  readonly topics: readonly Topic[]
  readonly seenAt: number
  readonly isJoined: boolean
}

/**
 * Holds the one connection of a browser: over HTTP/1.1 it has six to a host, and one in each tab would leave none for
 * clicks. It is about everything that any page wants, and is opened again where it was if that grows.
 */
export class StreamHub {
  private readonly pages = new Map<string, Page>()
  private topics: ReadonlySet<Topic> = new Set()
  private lastEventId: string | undefined
  private connection: AbortController | undefined
  private isOpen = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly api: Pick<SweepClient, 'events'>,
    private readonly tell: (message: HubMessage) => void,
  ) {
    setInterval(() => this.forgetSilent(), PAGE_SILENCE_MS / 3)
    tell({ type: 'begun' })
  }

  hear(message: PageMessage): void {
    if (message.type === 'leave') this.pages.delete(message.page)
    else {
      const before = this.pages.get(message.page)
      const isJoined =
        before?.isJoined === true && message.topics.every((topic) => before.topics.includes(topic))
      this.pages.set(message.page, { topics: message.topics, seenAt: Date.now(), isJoined })
    }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.settle(), SETTLE_MS)
  }

  private settle(): void {
    const wanted = new Set([...this.pages.values()].flatMap(({ topics }) => topics).slice(0, MAX_TOPICS))
    if (wanted.size === 0) {
      this.connection?.abort()
      this.connection = undefined
    } else if (this.connection === undefined || [...wanted].some((topic) => !this.topics.has(topic))) {
      this.topics = wanted
      void this.connect()
    } else this.welcome()
  }

  /** Pages whose topics are all part of the open connection are told so. */
  private welcome(): void {
    if (!this.isOpen) return
    for (const [id, page] of this.pages) {
      if (page.isJoined || !page.topics.every((topic) => this.topics.has(topic))) continue
      this.pages.set(id, { ...page, isJoined: true })
      this.tell({ type: 'joined', page: id })
    }
  }

  private async connect(): Promise<void> {
    this.connection?.abort()
    this.isOpen = false
    const connection = new AbortController()
    this.connection = connection
    const { lastEventId } = this
    const query = { topics: [...this.topics], signal: connection.signal, lastEventId }
    try {
      for await (const event of this.api.events(query)) {
        if (this.connection !== connection) return
        this.pass(event)
      }
    } catch {
      if (this.connection !== connection) return
      this.connection = undefined
      this.isOpen = false
      for (const [id, page] of this.pages) this.pages.set(id, { ...page, isJoined: false })
      this.tell({ type: 'refused' })
    }
  }

  private pass(event: ClientEvent): void {
    this.isOpen = event.name !== 'broken'
    if (event.name !== 'broken') this.lastEventId = event.id ?? this.lastEventId
    this.tell({ type: 'event', event })
    if (event.name === 'open' || event.name === 'reset') this.welcome()
  }

  private forgetSilent(): void {
    const now = Date.now()
    for (const [id, { seenAt }] of this.pages) if (now - seenAt > PAGE_SILENCE_MS) this.pages.delete(id)
    if (this.pages.size === 0) this.settle()
  }
}
