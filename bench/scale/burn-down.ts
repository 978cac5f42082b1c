import { watchDatabase } from './database-load.js'
import { startServer } from './server.js'
import { StubWorkers } from './stub-workers.js'
import { createNoOpSweep, waitForSweep } from './sweeps.js'

export interface BurnDownOptions {
  readonly trials: number
  readonly workers: number
  readonly lanes: number
}

/** All trials wait when the workers start; how fast are they gone? */
export async function measureBurnDown({ trials, workers, lanes }: BurnDownOptions) {
  const server = await startServer()
  try {
    const sweepId = await createNoOpSweep(server.ports, trials)
    await server.sql.query('VACUUM ANALYZE')
    const load = await watchDatabase(server.sql)
    const stubs = await StubWorkers.start(server, workers, lanes)
    const startedAt = performance.now()
    await waitForSweep(server.ports, sweepId)
    const seconds = (performance.now() - startedAt) / 1000
    const database = await load.finish()
    await stubs.stop()
    const walKibPerTrial = (database.walMib * 1024) / trials
    return { trialsPerSecond: trials / seconds, seconds, walKibPerTrial, ...database }
  } finally {
    await server.close()
  }
}
