import { createHash } from 'node:crypto'
import { createPool } from '@sweepd/postgres'
import type pg from 'pg'
import type { Prisma } from './generated/client.js'
import { toStoreError } from './store-error.js'

/**
 * Limit for getting a connection: a free one of the pool, or a new one from the server. Below a second, so that clients
 * get their 503 in time; a worker tries again.
 */
const WAIT_MS = 900

/** Longer than any ordinary statement takes, and shorter than callers wait for it. */
const STATEMENT_MS = 10_000

/** Creating, cancelling and deleting 100,000 trials takes seconds; a busy machine may be ten times slower. */
export const LONG_MS = 300_000

const BEAT_MS = 5000

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database?schema=name`, with all migrations applied. */
  readonly databaseUrl: string
  /** Connections at most, besides the one for beats; 10 by default. */
  readonly poolSize?: number | undefined
}

/** What runs statements: the pool, one for each, or a transaction. */
export interface Queryable {
  /** The rows of a statement. */
  query<T>(sql: Prisma.Sql): Promise<T[]>
  /** Runs a statement and returns how many rows it changed. */
  execute(sql: Prisma.Sql): Promise<number>
}

/** Limits and isolation of a transaction. */
export interface TransactionOptions {
  /** For each of its statements; default: as for all others. */
  readonly statementMs?: number | undefined
  /** All statements see the same state of the database. */
  readonly isSnapshot?: true | undefined
}

/**
 * The database. Prisma holds the schema and the migrations, generates the types of rows, and composes statements with its
 * `sql`, so that values are always parameters. They go to node-postgres directly, not through Prisma's client: its query
 * compiler costs 0.5 to 2 ms a statement, 20 ms for a checkpoint of 1 MB and 130 ms for the first query of a process, where
 * the statement itself takes 0.5 and 5; and what is hot here - claims, reports, tallies - are statements that it cannot express.
 */
export class Database implements Queryable {
  private readonly pool: pg.Pool
  /** A pool of its own, so that beats wait neither for checkpoints of megabytes nor for a free connection. */
  private readonly beatPool: pg.Pool

  constructor({ databaseUrl, poolSize = 10 }: PostgresOptions) {
    const common = { databaseUrl, waitMs: WAIT_MS }
    this.pool = createPool({ ...common, size: poolSize, statementMs: STATEMENT_MS })
    this.beatPool = createPool({ ...common, size: 1, statementMs: BEAT_MS, waitMs: BEAT_MS })
  }

  query<T>(sql: Prisma.Sql): Promise<T[]> {
    return run(this.pool, sql).then(({ rows }) => rows as T[])
  }

  execute(sql: Prisma.Sql): Promise<number> {
    return run(this.pool, sql).then(({ rowCount }) => rowCount ?? 0)
  }

  /**
   * Runs a statement as one that is prepared once for each connection, which saves planning it. For statements that
   * find their rows by key: a plan that was made for an empty table stays.
   */
  prepared<T>(sql: Prisma.Sql): Promise<T[]> {
    return run(this.pool, sql, nameOf(sql.text)).then(({ rows }) => rows as T[])
  }

  /** Runs a statement over the connection that is kept free for beats. */
  beat<T>(sql: Prisma.Sql): Promise<T[]> {
    return run(this.beatPool, sql, nameOf(sql.text)).then(({ rows }) => rows as T[])
  }

  /** Commits what `change` did, or nothing of it if it throws. */
  async transaction<T>(
    change: (transaction: Queryable) => Promise<T>,
    { statementMs, isSnapshot }: TransactionOptions = {},
  ): Promise<T> {
    const client = await this.pool.connect().catch((cause) => {
      throw toStoreError(cause)
    })
    let fault: Error | undefined
    try {
      await client.query(isSnapshot ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN')
      if (statementMs !== undefined)
        await client.query("SELECT set_config('statement_timeout', $1, true)", [String(statementMs)])
      const result = await change(queryableOf(client, statementMs))
      await client.query('COMMIT')
      return result
    } catch (cause) {
      fault = await rollBack(client, cause)
      throw toStoreError(cause)
    } finally {
      client.release(fault)
    }
  }

  /** Reads with several statements one state of the database. */
  snapshot<T>(read: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.transaction(read, { isSnapshot: true })
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.beatPool.end()])
  }
}

function queryableOf(client: pg.PoolClient, statementMs: number | undefined): Queryable {
  const patience = statementMs === undefined ? undefined : statementMs + 1000
  return {
    query: (sql) => run(client, sql, undefined, patience).then(({ rows }) => rows),
    execute: (sql) => run(client, sql, undefined, patience).then(({ rowCount }) => rowCount ?? 0),
  }
}

/** Why the connection must not be used again, if it cannot even be rolled back: it is lost, or still waits for a reply. */
async function rollBack(client: pg.PoolClient, cause: unknown): Promise<Error | undefined> {
  if (cause instanceof Error && cause.message === 'Query read timeout') return cause
  return client.query('ROLLBACK').then(
    () => undefined,
    (error: Error) => error,
  )
}

async function run(
  client: pg.Pool | pg.PoolClient,
  { text, values }: Prisma.Sql,
  name?: string,
  patienceMs?: number,
): Promise<pg.QueryResult> {
  const limit = patienceMs === undefined ? {} : { query_timeout: patienceMs }
  const config = { text, values: [...values], ...limit, ...(name !== undefined && { name }) }
  try {
    return await client.query(config)
  } catch (cause) {
    throw toStoreError(cause)
  }
}

const NAMES = new Map<string, string>()

/** The same for the same text, and within the 63 bytes that Postgres gives to names. */
function nameOf(text: string): string {
  const known = NAMES.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('base64url')
  NAMES.set(text, name)
  return name
}
