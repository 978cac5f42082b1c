import { openDatabase } from '@sweepd/embedded'
import { CleanUp } from '@sweepd/process'
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
export function openDependencies(env: Env): Promise<Dependencies> {
  const cleanUp = new CleanUp()
  return cleanUp.guard(async () => {
    const database = await openDatabase({ databaseUrl: env.DATABASE_URL, dataDir: env.SWEEPD_DATA_DIR })
    cleanUp.add(() => database.stop())
    const store = createPostgresStore({ databaseUrl: database.url })
    cleanUp.add(() => store.close())
    const connection = { redisUrl: env.REDIS_URL, databaseUrl: database.url }
    const queue = await openTrialQueue(connection)
    cleanUp.add(() => queue.close())
    return {
      store,
      queue,
      openConsumer: (concurrency, onError, process) =>
        openTrialConsumer(connection, { concurrency, onError }, process),
      close: () => cleanUp.run(),
    }
  })
}
