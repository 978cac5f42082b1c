import { waitUntil } from '@sweepd/testing'
import pg from 'pg'
import { expect, it } from 'vitest'
import { createPostgresStore } from '../src/index.js'
import { claimNext, getTrial, insertRates, report, startOne } from './contract/scenes.js'
import { useEmptyStore } from './store-world.js'

const world = useEmptyStore()

/** Ends every connection to the database, as a restart of Postgres does. @param spared the process of one that lives on */
async function endConnections(spared = 0): Promise<void> {
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)',
    [spared],
  )
  await client.end()
}

const store = () => createPostgresStore({ databaseUrl: world.databaseUrl, poolSize: 4 })

it('idle connections that are lost are replaced, and no error escapes', async () => {
  const mine = store()
  await Promise.all(Array.from({ length: 4 }, () => mine.ping()))
  await endConnections()
  await waitUntil('the store answers again', () =>
    mine.ping().then(
      () => true,
      () => false,
    ),
  )
  await mine.close()
})

it('calls in flight reject, and everything is as before or as after', async () => {
  const mine = store()
  await insertRates(world.store, 50)
  for (let round = 0; round < 5; round++) {
    const calls = Array.from({ length: 12 }, () => mine.claimTrial({ workerId: 'w', leaseMs: 60_000 }))
    const [results] = await Promise.all([Promise.allSettled(calls), endConnections().catch(() => {})])
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Error)
  }
  await waitUntil('the store answers again', () =>
    mine.ping().then(
      () => true,
      () => false,
    ),
  )
  const { items } = await mine.listTrials({ limit: 100 })
  for (const { id, state, attempts } of items) {
    const { attemptHistory } = await getTrial(mine, id)
    expect(attemptHistory).toHaveLength(attempts)
    expect(state).toBe(attempts === 1 ? 'running' : 'queued')
  }
  await mine.close()
})

it('a transaction whose connection is lost between two statements rejects and is undone', async () => {
  const mine = store()
  const trial = await startOne(mine)
  await report(mine, trial, 1)
  const blocker = new pg.Client({ connectionString: world.databaseUrl })
  await blocker.connect()
  const { rows } = await blocker.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await blocker.query('BEGIN')
  await blocker.query('SELECT FROM attempt FOR UPDATE')
  const cancelling = mine.cancelSweep(trial.sweepId)
  cancelling.catch(() => {})
  await waitUntil('the cancellation waits for the attempt', async () => {
    const waiting = await world.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return waiting.length > 0
  })
  // The blocker lives on: if it ended first, the cancellation could go through before its own connection is lost.
  await endConnections(rows[0]?.pid)
  await expect(cancelling).rejects.toThrow()
  await blocker.end()
  await waitUntil('the store answers again', () =>
    mine.ping().then(
      () => true,
      () => false,
    ),
  )
  expect(await getTrial(mine, trial.trialId)).toMatchObject({ state: 'running', epochsDone: 1 })
  expect(await mine.findSweep(trial.sweepId)).toMatchObject({ state: 'running' })
  expect(await report(mine, trial, 2)).toBe('continue')
  await insertRates(mine, 1)
  expect(await claimNext(mine)).toMatchObject({ attempt: 1 })
  await mine.close()
})
