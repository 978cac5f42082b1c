import { EVENT_SCHEMAS, type EventName, type SweepEvent, type Topic } from '@sweepd/core'
import { ApiError, UnexpectedAnswerError, UnreachableError } from './errors.js'
import { type Connection, fetchAnswer, wait } from './fetch-answer.js'
import { parseAnswer, parseJson } from './parse-answer.js'
import { readEventStream } from './read-events.js'

/** What to be told of, and from where on. */
export interface EventsQuery {
  readonly topics: readonly Topic[]
  /** Ends the stream; nothing is thrown then. */
  readonly signal?: AbortSignal | undefined
  /** The id of the last event that was read: the stream continues after it. */
  readonly lastEventId?: string | undefined
}

/** An event with its id, or that the stream broke: it is opened again, and `open` or `reset` says how that went. */
export type ClientEvent =
  | (SweepEvent & { readonly id: string | undefined })
  | { readonly name: 'broken'; readonly error: Error }

/** The API sends something every 15 s. */
const SILENCE_MS = 40_000
const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 10_000
/** As long as an export may take: a stream has no end of its own. */
const STREAM_TIMEOUT_MS = 24 * 3_600_000

/**
 * Events until the signal aborts. A stream that breaks is opened again with growing delays and continues where it was.
 * @throws ApiError if the API refuses the stream; UnexpectedAnswerError if something else answers.
 */
export async function* followEvents(
  connection: Connection,
  { topics, signal, lastEventId }: EventsQuery,
): AsyncGenerator<ClientEvent> {
  const url = new URL(`${connection.baseUrl}/events`)
  url.searchParams.set('topics', topics.join(','))
  let lastId = lastEventId
  let delayMs = FIRST_DELAY_MS
  while (!signal?.aborted) {
    try {
      for await (const { id, event } of readOnce(connection, url, lastId, signal)) {
        lastId = id ?? lastId
        delayMs = FIRST_DELAY_MS
        if (event !== undefined) yield { ...event, id }
      }
    } catch (error) {
      if (signal?.aborted) return
      if (!isOutage(error)) throw error
      yield { name: 'broken', error }
    }
    // Not all at once, after the restart of an API that many watch.
    await wait(delayMs * (0.5 + Math.random()), signal).catch(() => {})
    delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)
  }
}

/** What the end of one connection means: go on with the next, or give up. */
const isOutage = (error: unknown): error is Error =>
  error instanceof UnreachableError ||
  // A body that breaks off.
  error instanceof TypeError ||
  (error instanceof ApiError && (error.status >= 500 || error.status === 429))

/** A message: an id, an event, both, or a sign of life. */
interface Message {
  readonly id: string | undefined
  readonly event?: SweepEvent | undefined
}

/** The messages of one connection. */
async function* readOnce(
  connection: Connection,
  url: URL,
  lastId: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message> {
  const silence = new AbortController()
  const giveUp = () =>
    silence.abort(new UnreachableError(`${connection.baseUrl} sent no event for ${SILENCE_MS / 1000} s.`))
  let watchdog = setTimeout(giveUp, SILENCE_MS)
  try {
    const response = await fetchAnswer(
      { ...connection, timeoutMs: { ...connection.timeoutMs, GET: STREAM_TIMEOUT_MS } },
      {
        method: 'GET',
        url,
        headers: { ...ACCEPT, ...(lastId !== undefined && { 'last-event-id': lastId }) },
        isRepeatable: false,
        signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
      },
    )
    // Of a proxy, whose API is away.
    if (response.status >= 500 && !response.headers.get('content-type')?.includes('problem+json'))
      throw new UnreachableError(`${response.url} answered with status ${response.status}.`)
    if (!response.ok || response.body === null)
      return void (await parseAnswer(response, NOTHING, `GET ${url.pathname}${url.search}`))
    for await (const { event, id, data } of readEventStream(response.body)) {
      clearTimeout(watchdog)
      watchdog = setTimeout(giveUp, SILENCE_MS)
      yield { id, event: data === '' ? undefined : parseEvent(event, data) }
    }
  } finally {
    clearTimeout(watchdog)
  }
}

const ACCEPT = { accept: 'text/event-stream, application/problem+json' }
/** Only that it refuses is of interest. */
const NOTHING = { safeParse: () => ({ success: true as const, data: undefined }) }

/** Undefined for an event that a newer API has added. */
function parseEvent(name: string, data: string): SweepEvent | undefined {
  if (!(name in EVENT_SCHEMAS)) return undefined
  const result = EVENT_SCHEMAS[name as EventName].safeParse(parseJson(data))
  if (result.success) return { name, data: result.data } as SweepEvent
  throw new UnexpectedAnswerError(
    `The event "${name}" is not as this version knows it; give the client and the API the same version.`,
  )
}
