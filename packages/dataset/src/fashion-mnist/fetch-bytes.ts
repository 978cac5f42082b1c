/** How one response of a server is read. */
export interface FetchOptions {
  /** No server is let send more than this. */
  readonly maxBytes: number
  /** Give up after so long without a byte. */
  readonly stallTimeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly onReceived?: (receivedBytes: number) => void
}

/**
 * The body at this address, cut soon after `maxBytes`.
 * @throws the signal's reason on abort, else an Error that says what went wrong in one line.
 */
export async function fetchBytes(url: string, options: FetchOptions): Promise<Uint8Array> {
  const stall = new AbortController()
  const { stallTimeoutMs, signal } = options
  const timer = setTimeout(
    () => stall.abort(new Error(`nothing came for ${stallTimeoutMs / 1000} s`)),
    stallTimeoutMs,
  )
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
    })
    if (!response.ok) throw new Error(`the server returned ${response.status} ${response.statusText}`)
    return await readBody(response, options, () => timer.refresh())
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Error(describeFailure(cause), { cause })
  } finally {
    clearTimeout(timer)
    stall.abort()
  }
}

async function readBody(response: Response, options: FetchOptions, onChunk: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let received = 0
  for await (const chunk of response.body ?? []) {
    onChunk()
    chunks.push(chunk)
    received += chunk.length
    options.onReceived?.(received)
    if (received > options.maxBytes) break
  }
  return Buffer.concat(chunks)
}

/** `fetch` says only "fetch failed"; what happened stands in the cause, for several addresses without a message. */
function describeFailure(error: unknown): string {
  const { cause } = error as { cause?: { message?: string; code?: string } }
  return cause?.message || cause?.code || (error as Error).message
}
