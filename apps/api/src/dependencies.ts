import { openDatabase } from '@sweepd/embedded'
import { CleanUp } from '@sweepd/process'
import { openTrialQueue } from '@sweepd/queue'
import type { EventLog, SchedulerPorts } from '@sweepd/scheduler'
import { createPostgresStore } from '@sweepd/store'
import type { Env } from './env.js'

/** The ports on real servers. */
export interface Dependencies extends SchedulerPorts {
  readonly store: SchedulerPorts['store'] & EventLog
  /** Closes store and queue, then the database if this process started it. */
  close(): Promise<void>
}

type DependencyEnv = Pick<Env, 'DATABASE_URL' | 'REDIS_URL' | 'SWEEPD_DATA_DIR'>

/** Opens database, store and queue as the environment asks for; leaves nothing open if one of them fails. */
export function openDependencies(env: DependencyEnv): Promise<Dependencies> {
  const cleanUp = new CleanUp()
  return cleanUp.guard(async () => {
    const database = await openDatabase({ databaseUrl: env.DATABASE_URL, dataDir: env.SWEEPD_DATA_DIR })
    cleanUp.add(() => database.stop())
    const store = createPostgresStore({ databaseUrl: database.url })
    cleanUp.add(() => store.close())
    const queue = await openTrialQueue({ redisUrl: env.REDIS_URL, databaseUrl: database.url })
    cleanUp.add(() => queue.close())
    return { store, queue, close: () => cleanUp.run() }
  })
}
