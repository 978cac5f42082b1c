import type { Topic } from '@sweepd/core'
import type { EventLog } from '@sweepd/scheduler'
import type { FastifyBaseLogger } from 'fastify'
import { HttpError } from '../problems/http-error.js'
import type { WorkerListSource } from '../read-worker-list.js'
import { EventStream, formatEvent } from './event-stream.js'
import { isAfter, type NewsMark, NewsSheet, parseMark, toMark, toPlace } from './news.js'
import { readNews } from './read-news.js'
import { WorkerNews } from './worker-news.js'

/** What streams are fed from. */
export type EventSource = EventLog & WorkerListSource

/** Each thing is told at most so often; also how old news get. */
const INTERVAL_MS = 250
const HEARTBEAT_MS = 15_000
const OUTAGE_INTERVAL_MS = 1000
/** After so many failed looks in a row readers are sent away: they come back and are told what is wrong. */
const MAX_FAILURES = 3
const LINES_AT_ONCE = 1000
/** Lines that are told as one piece of news, if a look finds that many. */
const MAX_LINES = 20_000
const MAX_STREAMS = 1000

/**
 * All streams of this process, fed by one reader of the log that looks only while somebody listens. It looks four times a
 * second, which costs a look into an index, instead of being notified: NOTIFY takes a lock over all commits of the
 * database, and news are held back to four a second anyway.
 */
export class EventHub {
  private readonly streams = new Set<EventStream>()
  private readonly workers: WorkerNews
  /** All before it was told to every stream; undefined while nobody listens. */
  private position: NewsMark | undefined
  private failures = 0
  private timer: NodeJS.Timeout | undefined
  private readonly heart: NodeJS.Timeout

  constructor(
    private readonly source: EventSource,
    private readonly log: Pick<FastifyBaseLogger, 'warn'>,
  ) {
    this.workers = new WorkerNews(source)
    this.heart = setInterval(() => this.beat(), HEARTBEAT_MS)
    this.heart.unref()
  }

  /**
   * A stream about these topics, from the event with this id on, or from now on.
   * @throws HttpError 503 if there are too many; what the store throws if it is unavailable.
   */
  async open(
    topics: readonly Topic[],
    lastEventId: string | undefined,
    countUnsent: () => number,
  ): Promise<EventStream> {
    if (this.streams.size >= MAX_STREAMS)
      throw new HttpError(
        503,
        'too-many-streams',
        `This process serves ${MAX_STREAMS} streams of events already. Ask again later, or poll.`,
        { headers: { 'retry-after': '10' } },
      )
    const sweepsOfTrials = new Set(await this.findSweepsOf(topics))
    const now = toMark(await this.source.findEndOfLog())
    const stream = new EventStream(topics, sweepsOfTrials, now, countUnsent)
    const last = lastEventId === undefined ? now : parseMark(lastEventId)
    const { hasGap } = await this.source.readLog(toPlace(last ?? now), 1)
    const isWhole = last !== undefined && !hasGap
    stream.begin(isWhole ? 'open' : 'reset', isWhole ? last : now)
    await this.catchUp(stream, isWhole ? last : now)
    this.workers.forget()
    return stream
  }

  /** Ends all streams; their readers go on elsewhere, or later. */
  close(): void {
    clearInterval(this.heart)
    this.sendAway()
  }

  private async findSweepsOf(topics: readonly Topic[]): Promise<string[]> {
    const ids = topics.flatMap((topic) => (topic.startsWith('trial:') ? [topic.slice('trial:'.length)] : []))
    return ids.length === 0 ? [] : (await this.source.findTrials(ids)).map(({ sweepId }) => sweepId)
  }

  /** Tells what happened since, until the stream is as far as all others, and joins it to them without a pause. */
  private async catchUp(stream: EventStream, from: NewsMark): Promise<void> {
    let mark = from
    for (;;) {
      const page = await this.read(mark)
      if (page.hasGap) stream.begin('reset', page.next)
      else stream.tell(page.news, await readNews(this.source, page.news, [stream]), page.next)
      mark = page.next
      if (!page.isFull && (this.position === undefined || !isAfter(this.position, mark))) break
    }
    this.streams.add(stream)
    stream.body.once('close', () => this.drop(stream))
    if (!stream.isOpen) return this.drop(stream)
    if (this.position !== undefined) return
    this.position = mark
    this.lookAgainIn(INTERVAL_MS)
  }

  private drop(stream: EventStream): void {
    this.streams.delete(stream)
    if (this.streams.size > 0) return
    clearTimeout(this.timer)
    this.position = undefined
  }

  private async read(from: NewsMark) {
    const sheet = new NewsSheet()
    let lines = 0
    let mark = from
    for (;;) {
      const page = await this.source.readLog(toPlace(mark), LINES_AT_ONCE)
      lines += page.changes.length
      for (const change of page.changes) sheet.add(change)
      const next = toMark(page.next)
      if (page.hasGap)
        return { news: [], next: toMark(await this.source.findEndOfLog()), hasGap: true, isFull: false }
      if (!page.isFull || lines >= MAX_LINES)
        return { news: sheet.list(), next, hasGap: false, isFull: page.isFull }
      mark = next
    }
  }

  private lookAgainIn(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.look(), ms)
  }

  private async look(): Promise<void> {
    const from = this.position
    if (from === undefined) return
    const startedAt = performance.now()
    try {
      await this.tellNews(from)
      this.failures = 0
      this.lookAgainIn(Math.max(20, INTERVAL_MS - (performance.now() - startedAt)))
    } catch (err) {
      // Closed meanwhile, and the store perhaps too.
      if (this.position === undefined) return
      this.failures++
      this.log.warn({ err }, 'events could not be read; trying again')
      if (this.failures >= MAX_FAILURES) this.sendAway()
      else this.lookAgainIn(OUTAGE_INTERVAL_MS)
    }
  }

  private async tellNews(from: NewsMark): Promise<void> {
    const page = await this.read(from)
    const textOf = await readNews(this.source, page.news, [...this.streams])
    const workers = this.isAnyoneFor((stream) => stream.wantsWorkers) ? await this.workers.read() : undefined
    // Nothing is waited for from here on, so that streams join before or after, not in between.
    if (this.position !== from) return
    this.position = page.next
    for (const stream of this.streams) {
      if (page.hasGap) stream.begin('reset', page.next)
      else stream.tell(page.news, textOf, page.next)
      if (workers !== undefined && stream.wantsWorkers) stream.write(formatEvent('workers', workers))
    }
  }

  private isAnyoneFor(test: (stream: EventStream) => boolean): boolean {
    return [...this.streams].some(test)
  }

  private beat(): void {
    for (const stream of this.streams) stream.beat()
  }

  private sendAway(): void {
    clearTimeout(this.timer)
    this.position = undefined
    this.failures = 0
    for (const stream of this.streams) stream.end()
    this.streams.clear()
  }
}
