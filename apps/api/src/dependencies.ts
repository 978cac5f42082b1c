import { openDatabase } from '@sweepd/embedded'
import { openTrialQueue } from '@sweepd/queue'
import type { SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import type { Env } from './env.js'

/** The ports on real servers. */
export interface Dependencies extends SchedulerPorts {
  /** Closes store and queue, then the database if this process started it. */
  close(): Promise<void>
}

type DependencyEnv = Pick<Env, 'DATABASE_URL' | 'REDIS_URL' | 'SWEEPD_DATA_DIR'>

/** Opens database, store and queue as the environment asks for; leaves nothing open if one of them fails. */
export async function openDependencies(env: DependencyEnv): Promise<Dependencies> {
  const database = await openDatabase({ databaseUrl: env.DATABASE_URL, dataDir: env.SWEEPD_DATA_DIR })
  const store = createPostgresStore({ databaseUrl: database.url })
  try {
    const queue = await openTrialQueue({ redisUrl: env.REDIS_URL, databaseUrl: database.url })
    const close = async () => {
      await store.close()
      await queue.close()
      await database.stop()
    }
    return { store, queue, close }
  } catch (error) {
    await store.close()
    await database.stop()
    throw error
  }
}
