import pg from 'pg'
import { prepareSession, schemaOf } from './session.js'

/** The server is to give up before the client does: then the connection can be used again. */
const CLIENT_MARGIN_MS = 1000

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
}

/** A pool whose connections are all set up alike and never wait without limit. */
export function createPool({ databaseUrl, size, waitMs, statementMs, schema }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    connectionTimeoutMillis: waitMs,
    query_timeout: statementMs + CLIENT_MARGIN_MS,
    idleTimeoutMillis: 60_000,
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
