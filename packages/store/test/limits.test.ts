import { UnavailableError } from '@sweepd/core'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { Database } from '../src/database.js'
import { Prisma } from '../src/generated/client.js'
import { createPostgresStore } from '../src/index.js'
import { insertRates, LEASE_MS, startOne } from './contract/scenes.js'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()
const worker = { id: 'w', host: 'box', device: 'CPU', engine: 'onnx', slots: 1, version: '0', pid: 1 }

/** Holds the lock of a table until the test is over. */
async function lockTable(table: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  onTestFinished(() => client.end())
}

it('says within a second that no connection is free, and beats continue meanwhile', async () => {
  const store = createPostgresStore({ databaseUrl: world.databaseUrl, poolSize: 2 })
  const trial = await startOne(store)
  await store.registerWorker(worker, LEASE_MS)
  await lockTable('epoch')
  const stuck = [1, 2].map(() => store.findTrial(trial.trialId).catch(() => {}))
  const startedAt = performance.now()
  const refusal = await store.listSweeps({ limit: 1 }).catch((error: unknown) => error)
  expect(performance.now() - startedAt).toBeLessThan(1500)
  expect(refusal).toBeInstanceOf(UnavailableError)
  expect(await store.beat({ worker, leaseMs: LEASE_MS, attempts: [trial] })).toEqual({
    lost: [],
    lostGpus: [],
    drain: false,
  })
  await Promise.all(stuck)
  await store.close()
}, 30_000)

it('gives up a statement that is held up for too long, and uses the connection again', async () => {
  const database = new Database({ databaseUrl: world.databaseUrl, poolSize: 1 })
  onTestFinished(() => database.close())
  const sleep = (seconds: number) =>
    database.transaction(
      (transaction) => transaction.query(Prisma.sql`SELECT pg_sleep(${seconds}::float8)`),
      {
        statementMs: 300,
      },
    )
  await expect(sleep(20)).rejects.toBeInstanceOf(UnavailableError)
  await sleep(0)
  await insertRates(world.store, 1)
})
