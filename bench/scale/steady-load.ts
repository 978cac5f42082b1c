import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { watchDatabase } from './database-load.js'
import { percentile } from './percentile.js'
import { startServer } from './server.js'
import { StubWorkers } from './stub-workers.js'
import { createNoOpSweep } from './sweeps.js'

export interface SteadyOptions {
  /** Trials offered each second. */
  readonly rate: number
  readonly seconds: number
  /** In the middle third another connection holds a transaction open, which keeps vacuum from removing anything. */
  readonly isTransactionHeld: boolean
  readonly workers: number
  readonly lanes: number
}

/** Trials arrive at a fixed rate, whatever the workers do; three thirds of the time are measured one by one. */
export async function measureSteadyLoad(options: SteadyOptions) {
  const { rate, seconds, isTransactionHeld, workers, lanes } = options
  const server = await startServer()
  const holder = new pg.Client({ connectionString: server.databaseUrl })
  try {
    await holder.connect()
    const stubs = await StubWorkers.start(server, workers, lanes)
    const load = await watchDatabase(server.sql)
    const endAt = performance.now() + seconds * 1000
    const offering = offer(rate, endAt, (trials) => createNoOpSweep(server.ports, trials))
    const phases: object[] = []
    for (const phase of ['first', 'middle', 'last']) {
      if (isTransactionHeld && phase === 'middle')
        await holder.query('BEGIN; SELECT count(*) FROM sweep; SELECT txid_current()')
      if (isTransactionHeld && phase === 'last') await holder.query('ROLLBACK')
      const before = stubs.trials
      stubs.takeEpochMs()
      await sleep((seconds * 1000) / 3)
      const epochMs = stubs.takeEpochMs()
      const waiting = await server.ports.store.countClaimableTrials()
      phases.push({
        phase,
        trialsPerSecond: (stubs.trials - before) / (seconds / 3),
        epochP50Ms: percentile(epochMs, 0.5),
        epochP99Ms: percentile(epochMs, 0.99),
        waitingAtItsEnd: waiting,
      })
    }
    const offered = await offering
    const database = await load.finish()
    await stubs.stop()
    return { offered, phases, ...database }
  } finally {
    await holder.end().catch(() => {})
    await server.close()
  }
}

/** A sweep each second, at the time that it is due; one that is late is made up for. Returns how many trials. */
async function offer(rate: number, endAt: number, create: (trials: number) => Promise<unknown>) {
  let offered = 0
  for (let dueAt = performance.now(); dueAt < endAt; dueAt += 1000) {
    await sleep(Math.max(0, dueAt - performance.now()))
    await create(rate)
    offered += rate
  }
  return offered
}
