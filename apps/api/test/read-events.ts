import { setTimeout as delay } from 'node:timers/promises'

/** An event as it came. */
export interface ReadEvent {
  readonly name: string
  readonly id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it waits for
  readonly data: any
}

/** Reads a stream of events by the letter of its format, independently of the client. */
export class EventReading {
  readonly events: ReadEvent[] = []
  /** The last id that came, also one without an event. */
  lastId: string | undefined
  isEnded = false
  private readonly stop = new AbortController()
  private text = ''

  static async open(url: string, topics: string, lastId?: string, headers = {}): Promise<EventReading> {
    const reading = new EventReading()
    const response = await fetch(`${url}/events?topics=${topics}`, {
      headers: { ...headers, ...(lastId !== undefined && { 'last-event-id': lastId }) },
      signal: reading.stop.signal,
    })
    if (!response.ok || response.body === null) throw new Error(`${response.status} ${await response.text()}`)
    void reading.read(response.body)
    return reading
  }

  /** The first event that fulfils this, of those that have come and will come within 15 s. */
  async until(test: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    const deadline = performance.now() + 15_000
    for (;;) {
      const found = this.events.find(test)
      if (found !== undefined) return found
      if (performance.now() > deadline)
        throw new Error(`it did not come; ${JSON.stringify(this.events.map(({ name }) => name))} did`)
      await delay(20)
    }
  }

  close(): void {
    this.stop.abort()
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const bytes of body) {
        this.text += decoder.decode(bytes, { stream: true })
        const blocks = this.text.split('\n\n')
        this.text = blocks.pop() ?? ''
        for (const block of blocks) this.take(block)
      }
    } catch {
      // It was cut off, or closed by the test.
    }
    this.isEnded = true
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
    const id = fields.get('id')
    if (id !== undefined) this.lastId = id
    const data = fields.get('data')
    if (data !== undefined) this.events.push({ name: fields.get('event') ?? '', id, data: JSON.parse(data) })
  }
}
