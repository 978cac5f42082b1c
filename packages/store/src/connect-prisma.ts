import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.js'

/** Long enough for a busy server, short enough for those who ask whether it is there. */
const CONNECTION_TIMEOUT_MS = 5000

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`, with all migrations applied. */
  readonly databaseUrl: string
  /** Connections at most; 10 by default. */
  readonly poolSize?: number | undefined
}

/** A Prisma client with a pool of its own, which ends with `$disconnect`. Connects at the first query. */
export function connectPrisma({ databaseUrl, poolSize = 10 }: PostgresOptions): PrismaClient {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    onConnect: speakUtc,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    keepAlive: true,
  })
  // A connection that breaks while nobody uses it: the pool opens another one at the next query.
  pool.on('error', () => {})
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) })
}

/** @prisma/adapter-pg drops the offset of a timestamptz that it reads and takes it for UTC. */
async function speakUtc(client: pg.ClientBase): Promise<void> {
  await client.query("SET TIME ZONE 'UTC'")
}
