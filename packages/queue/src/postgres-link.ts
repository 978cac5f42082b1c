import { createPool } from '@sweepd/postgres'
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  LATEST_SCHEMA_VERSION,
  type PgPool,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq'
import pg from 'pg'
import { QUEUE_NAME } from './queue-connection.js'
import { asking, hostOf, type QueueServer } from './queue-error.js'
import type { QueueLink, QueueRole } from './queue-link.js'

const CONNECT_TIMEOUT_MS = 5_000

/** Generous: a few hundred jobs may take seconds where training takes every core. */
const QUERY_TIMEOUT_MS = 15_000

const PING = { text: 'SELECT 1', query_timeout: CONNECT_TIMEOUT_MS }

/** A consumer keeps one connection for LISTEN. */
const MAX_CONNECTIONS: Record<QueueRole, number> = { producer: 2, consumer: 4 }

/** Deadlocks and serialisation failures (SQLSTATE 40P01 and 40001): nothing was done, and a second try may do it. */
const TRANSIENT = new Set(['40P01', '40001'])

/** Connects to Postgres and brings BullMQ's schema up to date. Throws QueueError if that fails. */
export async function openPostgresLink(databaseUrl: string, role: QueueRole): Promise<QueueLink> {
  const server: QueueServer = { name: `Postgres at ${hostOf(databaseUrl, 5432)}`, variable: 'DATABASE_URL' }
  // BullMQ's SQL names no schema. It reports the loss of connections while it is open.
  const pool = createPool({
    databaseUrl,
    size: MAX_CONNECTIONS[role],
    waitMs: CONNECT_TIMEOUT_MS,
    statementMs: QUERY_TIMEOUT_MS,
    schema: DEFAULT_SCHEMA,
  })
  try {
    await asking(server, 'prepare the queue', () => migrate(pool))
  } catch (error) {
    await pool.end()
    throw error
  }
  // The same thing at run time; BullMQ's and @types/pg's types of `on` do not agree.
  const connection = pool as unknown as PgPool
  return {
    server,
    backend: (name, opts, more) => createPostgresBackend(name, { ...opts, connection }, more),
    ping: () => asking(server, 'reach the queue', async () => void (await pool.query(PING))),
    listHeld: async (jobIds) => {
      const { rows } = await pool.query<{ id: string }>(
        'SELECT id FROM job WHERE queue = $1 AND id = ANY($2::text[])',
        [QUEUE_NAME, jobIds],
      )
      return rows.map(({ id }) => id)
    },
    isTransient: (error) => error instanceof pg.DatabaseError && TRANSIENT.has(error.code ?? ''),
    close: () => pool.end(),
  }
}

/** Safe for several processes at once: `runMigrations` takes an advisory lock. Writes nothing if nothing is left to do. */
async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    if ((await findSchemaVersion(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    client.release()
  }
}

async function findSchemaVersion(client: pg.PoolClient): Promise<number> {
  try {
    return await assertSchemaCompatibility(client, DEFAULT_SCHEMA)
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0
    throw error
  }
}
