import type { Fence, SweepStore } from '@sweepd/scheduler'
import { createTestDatabase } from '@sweepd/testing'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createPostgresStore } from '../src/index.js'

/** A store on a database of its own, and a way to look behind it. */
export interface PostgresWorld {
  readonly store: SweepStore
  readonly databaseUrl: string
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

/** For the tests of one file; use it inside tests only. */
export function useStore(): PostgresWorld {
  const world = {} as { -readonly [K in keyof PostgresWorld]: PostgresWorld[K] }
  let close = async () => {}
  beforeAll(async () => {
    const database = await createTestDatabase()
    const pool = new pg.Pool({ connectionString: database.url, max: 2 })
    // A test may end all connections.
    pool.on('error', () => {})
    const store = createPostgresStore({ databaseUrl: database.url })
    const query: PostgresWorld['query'] = async (sql, values = []) =>
      (await pool.query(sql, [...values])).rows
    Object.assign(world, { databaseUrl: database.url, store, query })
    close = async () => {
      await store.close()
      await pool.end()
      await database.drop()
    }
  })
  afterAll(() => close())
  return world
}

/** The same, empty at the start of each test. */
export function useEmptyStore(): PostgresWorld {
  const world = useStore()
  beforeEach(async () => {
    await world.query('TRUNCATE sweep, worker, dataset CASCADE')
  })
  return world
}

/** Claims this trial before all others, and returns its fence; throws if it cannot be claimed. */
export async function claimThis({ store, query }: PostgresWorld, trialId: string): Promise<Fence> {
  const [trial] = await query('SELECT sweep_id, number FROM trial WHERE id = $1', [trialId])
  const [sweepId, number] = [String(trial?.['sweep_id']), trial?.['number']]
  const before = [sweepId, number]
  await query("UPDATE trial SET not_before = 'infinity' WHERE sweep_id = $1 AND number < $2", before)
  await store.updateSweep(sweepId, { priority: 100 })
  const claimed = await store.claimTrial({ workerId: 'worker-1', leaseMs: 60_000 })
  await store.updateSweep(sweepId, { priority: 0 })
  await query('UPDATE trial SET not_before = NULL WHERE sweep_id = $1 AND number < $2', before)
  if (claimed?.trialId !== trialId) throw new Error(`trial ${trialId} could not be claimed`)
  return { trialId, attempt: claimed.attempt }
}
