import { openDatabase } from '@sweepd/embedded'
import { openTrialConsumer, openTrialQueue } from '@sweepd/queue'
import type { ProcessTrialJob, SchedulerPorts, TrialConsumer } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import type { Env } from './env.js'

/** The ports on real servers, and the way to take jobs. */
export interface Dependencies extends SchedulerPorts {
  openConsumer(
    concurrency: number,
    onError: (error: Error) => void,
    process: ProcessTrialJob,
  ): Promise<TrialConsumer>
  /** Closes store and queue, then the database if this process started it. */
  close(): Promise<void>
}

/** Opens database, store and queue as the environment asks for; leaves nothing open if one of them fails. */
export async function openDependencies(env: Env): Promise<Dependencies> {
  const database = await openDatabase({ databaseUrl: env.DATABASE_URL, dataDir: env.SWEEPD_DATA_DIR })
  const connection = { redisUrl: env.REDIS_URL, databaseUrl: database.url }
  const store = createPostgresStore({ databaseUrl: database.url })
  try {
    const queue = await openTrialQueue(connection)
    return {
      store,
      queue,
      openConsumer: (concurrency, onError, process) =>
        openTrialConsumer(connection, { concurrency, onError }, process),
      async close() {
        await store.close()
        await queue.close()
        await database.stop()
      },
    }
  } catch (error) {
    await store.close()
    await database.stop()
    throw error
  }
}
