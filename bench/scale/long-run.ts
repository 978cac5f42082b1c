import { deleteSweep } from '@sweepd/scheduler'
import { askRedis } from '../../test/faults/deployment/ask-servers.js'
import { startApi } from './api-process.js'
import { startServer } from './server.js'
import { StubWorkers } from './stub-workers.js'
import { createNoOpSweep, waitForSweep } from './sweeps.js'

export interface LongRunOptions {
  /** Sweeps one after another; the day of a busy team has some hundred. */
  readonly cycles: number
  readonly trials: number
  readonly workers: number
  readonly lanes: number
}

/** Sweeps that stay until they are deleted. */
const KEPT = 3

/** A day of sweeps in a row, each deleted some time after its end: what grows although nothing is kept? */
export async function measureLongRun({ cycles, trials, workers, lanes }: LongRunOptions) {
  const server = await startServer()
  const api = await startApi(server)
  const stubs = await StubWorkers.start(server, workers, lanes)
  const samples: Record<string, number>[] = []
  const kept: string[] = []
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const sweepId = await createNoOpSweep(server.ports, trials)
      await waitForSweep(server.ports, sweepId)
      await Promise.all(['', '?sort=val_acc'].map((query) => fetch(`${api.url}/trials${query}`)))
      kept.push(sweepId)
      const [old] = kept.length > KEPT ? kept.splice(0, 1) : []
      if (old !== undefined) await deleteSweep(server.ports, old)
      if (cycle % Math.max(1, Math.floor(cycles / 40)) !== 0) continue
      await server.sql.query('VACUUM')
      const { rows } = await server.sql.query<{ relname: string; mib: string }>(
        'SELECT relname, pg_total_relation_size(relid) / 1048576.0 AS mib FROM pg_stat_user_tables',
      )
      const tables = Object.fromEntries(
        rows.map(({ relname, mib }) => [`table ${relname}, MiB`, Number(mib)]),
      )
      const redisKeys = Number((await askRedis(server.redisUrl, 'DBSIZE')).slice(1))
      const memory = { 'api, MiB': api.readRssMib(), 'largest worker, MiB': stubs.largestMib }
      samples.push({ cycle, ...tables, 'Redis keys': redisKeys, ...memory })
    }
    await stubs.stop()
    return { growth: findGrowth(samples), samples }
  } finally {
    await api.stop()
    await server.close()
  }
}

/** The last quarter's mean over that of the second quarter, when everything is warm: 1 is flat. */
function findGrowth(samples: readonly Record<string, number>[]): Record<string, number> {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const mean = (part: readonly Record<string, number>[], name: string) =>
    part.reduce((sum, sample) => sum + (sample[name] ?? 0), 0) / part.length
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)]
  const names = Object.keys(samples[0] ?? {}).filter((name) => name !== 'cycle')
  return Object.fromEntries(names.map((name) => [name, mean(late, name) / mean(early, name)]))
}
