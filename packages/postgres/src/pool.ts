import pg from 'pg'
import { prepareSession, schemaOf } from './session.js'

/** The server is to give up before the client does: then the connection can be used again. */
const CLIENT_MARGIN_MS = 1000

/**
 * Connections that stay open while nobody uses them: a new one takes 10 ms, and more than a second where every core is busy,
 * which is longer than callers wait.
 */
const KEPT = 3

const IDLE_MS = 60_000

export interface PoolOptions {
  readonly databaseUrl: string
  /** Connections at most. */
  readonly size: number
  /** Milliseconds that a caller waits for a connection: for a free one, or for the server to accept a new one. */
  readonly waitMs: number
  /** Milliseconds that a statement may take, however it is held up: by a lock, or by a network that drops packets. */
  readonly statementMs: number
  /** Default: the one that the URL names. */
  readonly schema?: string | undefined
  /** Milliseconds after which idle connections beyond the first three are closed; a minute by default. */
  readonly idleMs?: number | undefined
}

/** A pool whose connections are all set up alike and never wait without limit. */
export function createPool(options: PoolOptions): pg.Pool {
  const { databaseUrl, size, waitMs, statementMs, schema, idleMs = IDLE_MS } = options
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    min: Math.min(KEPT, size),
    max: size,
    connectionTimeoutMillis: waitMs,
    query_timeout: statementMs + CLIENT_MARGIN_MS,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    onConnect: (client) => prepareSession(client, schema ?? schemaOf(databaseUrl), statementMs),
  })
  // A connection that breaks while nobody uses it: the pool opens another one when it is needed.
  pool.on('error', () => {})
  // One that breaks in use rejects the statement under way; the event besides would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
