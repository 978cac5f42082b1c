import { UnreachableError } from './errors.js'

/** How a client reaches its server. */
export interface Connection {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof fetch
  /** Longest wait for one response in milliseconds. */
  readonly timeoutMs: Readonly<Record<Call['method'], number>>
}

/** One request; `url` is absolute. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** JSON as text; or bytes that are sent as they come, of the type that `headers` names. */
  readonly body?: string | ReadableStream<Uint8Array> | undefined
  /** Whether it does no harm that a request arrives twice. */
  readonly isRepeatable: boolean
  readonly signal?: AbortSignal | undefined
}

/** Waits before a request is tried again after a failed connection. */
const RETRY_DELAYS_MS = [100, 400]

/**
 * Sends a request; one whose connection fails is sent again after each of the delays, if it is repeatable.
 * @throws UnreachableError naming the address and the remedy; the signal's reason if the caller aborted.
 */
export async function fetchAnswer(connection: Connection, call: Call): Promise<Response> {
  for (const delayMs of call.isRepeatable ? RETRY_DELAYS_MS : []) {
    try {
      return await fetchOnce(connection, call)
    } catch (error) {
      if (!isConnectionFailure(error)) throw explain(error, connection, call)
      await wait(delayMs, call.signal)
    }
  }
  return fetchOnce(connection, call).catch((error: unknown) => {
    throw explain(error, connection, call)
  })
}

function fetchOnce({ fetch, headers, timeoutMs }: Connection, call: Call): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs[call.method])
  const content = typeof call.body === 'string' ? { 'content-type': 'application/json' } : {}
  return fetch(call.url, {
    method: call.method,
    headers: { ...headers, ...call.headers, ...content },
    signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(call.body instanceof ReadableStream && { duplex: 'half' as const }),
  })
}

/** `fetch` reports every failure of the connection as a TypeError; its cause has the code. */
const isConnectionFailure = (error: unknown): error is TypeError => error instanceof TypeError

/** What to tell the caller of a failure to get a response, or to read all of it. */
export function explain(error: unknown, { baseUrl, timeoutMs }: Connection, call: Call): unknown {
  if (call.signal?.aborted) return call.signal.reason
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new UnreachableError(
      `${baseUrl} did not answer ${call.method} ${call.url.pathname} within ${timeoutMs[call.method] / 1000} s. See the log of the API.`,
      { cause: error },
    )
  if (!isConnectionFailure(error)) return error
  const { code } = (error.cause ?? {}) as { code?: string }
  return new UnreachableError(
    `Cannot reach the sweepd API at ${baseUrl} (${code ?? error.message}). ` +
      'Start it with "sweepd up", or give the address where it listens.',
    { cause: error },
  )
}

/** Resolves after the delay; rejects with the signal's reason as soon as it aborts. */
export function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
