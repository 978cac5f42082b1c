import { CleanUp } from '@sweepd/process'
import { openTrialQueue } from '@sweepd/queue'
import type { SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { startTestPostgres, startTestRedis } from '@sweepd/testing'
import pg from 'pg'

/** A Postgres and a Redis of the benchmark's own, and ports on them. */
export interface BenchServer {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly ports: SchedulerPorts
  /** A connection that belongs to no part of the service. */
  readonly sql: pg.Client
  close(): Promise<void>
}

/** Starts everything anew, so that each run finds empty tables. */
export function startServer(): Promise<BenchServer> {
  const cleanUp = new CleanUp()
  return cleanUp.guard(async () => {
    const postgres = await startTestPostgres()
    cleanUp.add(() => postgres.stop())
    const redis = await startTestRedis()
    cleanUp.add(() => redis.stop())
    const [databaseUrl, redisUrl] = [postgres.url, redis.url]
    const sql = new pg.Client({ connectionString: databaseUrl })
    await sql.connect()
    cleanUp.add(() => sql.end())
    const store = createPostgresStore({ databaseUrl })
    cleanUp.add(() => store.close())
    const queue = await openTrialQueue({ databaseUrl, redisUrl })
    cleanUp.add(() => queue.close())
    return { databaseUrl, redisUrl, ports: { store, queue }, sql, close: () => cleanUp.run() }
  })
}
