import { openTrialQueue } from '@sweepd/queue'
import type { EventLog, SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import { createTestDatabase, type TestDatabase } from '@sweepd/testing'
import type { FastifyInstance } from 'fastify'
import { type AppOptions, buildApp } from '../src/app.js'
import { parseEnv } from '../src/env.js'

/** The API on a database and a queue of its own. */
export interface TestApp extends SchedulerPorts {
  readonly app: FastifyInstance
  readonly store: SchedulerPorts['store'] & EventLog
  readonly database: TestDatabase
  close(): Promise<void>
}

/** Opens everything that the API needs; `environment` is what differs from the defaults. */
export async function openTestApp(
  environment: Record<string, string> = {},
  options: Partial<AppOptions> = {},
): Promise<TestApp> {
  const database = await createTestDatabase()
  const store = createPostgresStore({ databaseUrl: database.url })
  const queue = await openTrialQueue({ databaseUrl: database.url })
  const app = await buildApp({ store, queue, env: parseEnv(environment), ...options })
  const close = async () => {
    await app.close()
    await store.close()
    await queue.close()
    await database.drop()
  }
  return { app, store, queue, database, close }
}

/** The rest of a POST with JSON. */
export const json = (body: unknown) => ({
  payload: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})
