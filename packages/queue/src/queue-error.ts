/** How long the same message is not repeated. */
const QUIET_MS = 10_000

/** The queue's server cannot be reached, refuses what is asked of it, or is unfit for a queue. `cause` says more. */
export class QueueError extends Error {
  readonly code = 'queue-unavailable'
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'QueueError'
  }
}

/** The server that keeps the queue, as messages name it. */
export interface QueueServer {
  /** Such as `Redis at 127.0.0.1:6379`; never holds a password. */
  readonly name: string
  /** The environment variable that points to it. */
  readonly variable: 'REDIS_URL' | 'DATABASE_URL'
}

/** Runs `work`; what it throws becomes a QueueError that names the server and the remedy. */
export async function asking<T>(server: QueueServer, intent: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof QueueError) throw error
    forgetArguments(error)
    const remedy = `Check that it runs and that ${server.variable} points to it.`
    throw new QueueError(`Could not ${intent}: ${server.name}: ${reasonOf(error)}. ${remedy}`, {
      cause: error,
    })
  }
}

/** Host and port of a URL, without credentials. */
export function hostOf(url: string, defaultPort: number): string {
  if (!URL.canParse(url)) return 'the address given'
  const { hostname, port } = new URL(url)
  return `${hostname || 'localhost'}:${port || defaultPort}`
}

/** Node reports a failed connection to a name with several addresses as an AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message || error.name : String(error)
}

/** Passes errors on, each message at most once in ten seconds: a server that is down fails every reconnection. */
export function withoutRepetition(onError: (error: Error) => void): (error: Error) => void {
  const toldAtMs = new Map<string, number>()
  return (error) => {
    const nowMs = performance.now()
    for (const [message, atMs] of toldAtMs) if (nowMs - atMs >= QUIET_MS) toldAtMs.delete(message)
    const key = `${error.name}: ${error.message}`
    if (toldAtMs.has(key)) return
    toldAtMs.set(key, nowMs)
    onError(error)
  }
}

/**
 * Passes errors on without the arguments of the Redis command that failed, which ioredis hangs on them and loggers
 * write down: those of HELLO and AUTH are the password.
 */
export function withoutArguments(onError: (error: Error) => void): (error: Error) => void {
  return (error) => {
    forgetArguments(error)
    onError(error)
  }
}

/** Takes the arguments off this error; the name of the command stays. */
function forgetArguments(error: unknown): void {
  const { command } = (error ?? {}) as { command?: { name?: unknown } }
  if (error instanceof Error && command !== undefined)
    Object.assign(error, { command: { name: command.name } })
}
