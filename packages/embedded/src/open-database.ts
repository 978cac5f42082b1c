import { setTimeout as delay } from 'node:timers/promises'
import { locateDataFolder } from './data-folder.js'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { inspectServer } from './find-running-postgres.js'
import { migrateDeploy } from './migrate-deploy.js'
import { startEmbeddedPostgres } from './start-embedded-postgres.js'

const ATTACH_DEADLINE_MS = 60_000
const POLL_MS = 50

/** A migrated database. */
export interface OpenDatabase {
  readonly url: string
  /** Stops the server if this call started it; otherwise it belongs to another process and keeps running. */
  stop(): Promise<void>
}

export interface OpenDatabaseOptions {
  /** `DATABASE_URL`; undefined or empty: the embedded Postgres of the data folder. */
  readonly databaseUrl?: string | undefined
  readonly dataDir: string
  /** Default: those of this repository. */
  readonly migrationsDir?: string | undefined
}

/**
 * The database that the environment asks for, migrated: the given one, else the Postgres that runs on the data folder,
 * else one that is started there.
 * @throws EmbeddedPostgresError
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const database = options.databaseUrl ? attachTo(options.databaseUrl) : await attachOrStart(options.dataDir)
  try {
    await migrateDeploy(database.url, options.migrationsDir)
    return database
  } catch (error) {
    await database.stop()
    throw error
  }
}

/** Several processes may try this at once: those that find the folder taken attach to the one that took it. */
async function attachOrStart(dataDir: string): Promise<OpenDatabase> {
  const deadline = Date.now() + ATTACH_DEADLINE_MS
  for (;;) {
    const server = await inspectServer(locateDataFolder(dataDir))
    if (server?.answer === 'ready') return attachTo(server.url)
    if (server?.answer !== 'not-yet' || Date.now() > deadline) {
      try {
        return await startEmbeddedPostgres({ dataDir })
      } catch (error) {
        const isTaken = error instanceof EmbeddedPostgresError && error.code === 'folder-taken'
        if (!isTaken || Date.now() > deadline) throw error
      }
    }
    await delay(POLL_MS)
  }
}

const attachTo = (url: string): OpenDatabase => ({ url, stop: async () => {} })
