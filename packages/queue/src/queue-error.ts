import { forgetArguments } from './without-arguments.js'

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
