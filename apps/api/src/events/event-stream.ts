import { Readable } from 'node:stream'
import type { EventName, Topic } from '@sweepd/core'
import { formatMark, isAfter, type News, type NewsMark } from './news.js'

/** Unsent bytes at which a reader counts as too slow: it may come back and continue. */
const MAX_UNSENT_BYTES = 1024 ** 2

/** A connection is renewed this often, so that a session that has ended is noticed and a new server gets its share. */
const MAX_AGE_MS = 3_600_000

/** One event as the text that all its readers get. */
export const formatEvent = (name: EventName, json: string, mark?: NewsMark): string =>
  `event: ${name}\n${mark === undefined ? '' : `id: ${formatMark(mark)}\n`}data: ${json}\n\n`

/** What one reader gets: text/event-stream, as far as its topics go. */
export class EventStream {
  readonly body = new Readable({ read() {} })
  private isEnded = false
  private readonly openedAt = performance.now()
  private readonly topics: ReadonlySet<string>

  constructor(
    topics: readonly Topic[],
    /** The sweeps of the trials that it is about: what happens to all trials of one happens to these. */
    private readonly sweepsOfTrials: ReadonlySet<string>,
    /** All before it has been sent. */
    private position: NewsMark,
    /** Bytes that were handed on and are not sent yet. */
    private readonly countUnsent: () => number,
  ) {
    this.topics = new Set(topics)
  }

  get isOpen(): boolean {
    return !this.isEnded && !this.body.destroyed
  }

  wants({ kind, sweepId, trialId }: Pick<News, 'kind' | 'sweepId' | 'trialId'>): boolean {
    if (this.topics.has(`sweep:${sweepId}`)) return true
    if (kind === 'sweep') return this.topics.has('sweeps')
    return kind === 'trial' ? this.topics.has(`trial:${trialId}`) : this.sweepsOfTrials.has(sweepId)
  }

  get wantsWorkers(): boolean {
    return this.topics.has('workers')
  }

  /** Begins or begins anew at a place. */
  begin(name: 'open' | 'reset', mark: NewsMark): void {
    this.position = mark
    const data = { topics: [...this.topics], position: formatMark(mark) }
    this.write(formatEvent(name, JSON.stringify(data), mark))
  }

  /** Sends those of the news that come after what was sent, then counts all before `next` as sent. */
  tell(news: readonly News[], textOf: (news: News) => string, next: NewsMark): void {
    const texts = news.filter((one) => isAfter(one.mark, this.position) && this.wants(one)).map(textOf)
    if (isAfter(next, this.position)) this.position = next
    if (texts.length > 0) this.write(texts.join(''))
  }

  /** A sign of life for whatever stands between; it moves the reader's place on too, though nothing was news to it. */
  beat(): void {
    if (performance.now() - this.openedAt > MAX_AGE_MS) this.end()
    else this.write(`: alive\nid: ${formatMark(this.position)}\n\n`)
  }

  write(text: string): void {
    if (!this.isOpen) return
    // Cut off, not ended: what is unsent would keep its memory until it is sent.
    if (this.body.readableLength + this.countUnsent() > MAX_UNSENT_BYTES) this.body.destroy()
    else this.body.push(text)
  }

  end(): void {
    if (!this.isOpen) return
    this.isEnded = true
    this.body.push(null)
  }
}
