import { migrateDeploy, openDatabase, startEmbeddedPostgres } from '@sweepd/embedded'
import type { Env } from '../env.js'
import { orAborted } from '../terminal/stop-signals.js'

/** A migrated database that lasts as long as the services on this machine. */
export interface ServiceDatabase {
  readonly url: string
  /** Settles if it ends unasked; never for a database that is not ours. */
  readonly lost: Promise<void>
  stop(): Promise<void>
}

/**
 * The database at DATABASE_URL, else a Postgres of our own on the data folder. One that runs there already is refused:
 * it would end with the sweepd that started it.
 * @throws EmbeddedPostgresError with the remedy; the signal's reason on abort, even if the database does not respond.
 */
export async function startDatabase(env: Env, signal: AbortSignal): Promise<ServiceDatabase> {
  const { DATABASE_URL: databaseUrl, SWEEPD_DATA_DIR: dataDir } = env
  if (databaseUrl !== undefined)
    return {
      ...(await orAborted(openDatabase({ databaseUrl, dataDir }), signal)),
      lost: new Promise(() => {}),
    }
  const postgres = await startEmbeddedPostgres({ dataDir, signal })
  let isStopping = false
  const stop = async () => {
    isStopping = true
    await postgres.stop()
  }
  try {
    await orAborted(migrateDeploy(postgres.url), signal)
  } catch (error) {
    await stop()
    throw error
  }
  const lost = new Promise<void>((resolve) => {
    void postgres.exited.then(() => {
      if (!isStopping) resolve()
    })
  })
  return { url: postgres.url, lost, stop }
}
