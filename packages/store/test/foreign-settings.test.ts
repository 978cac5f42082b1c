import { randomUUID } from 'node:crypto'
import { migrateDeploy } from '@sweepd/embedded'
import { createTestDatabase } from '@sweepd/testing'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPostgresStore } from '../src/index.js'
import { claimNext, insertRates, report } from './contract/scenes.js'
import { makeEpoch, SCORE } from './new-sweep.js'

/** An empty database, with settings that others than ours may have; they hold from the next connection on. */
async function openForeignDatabase(...settings: string[]): Promise<string> {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SCHEMA elsewhere')
  for (const setting of settings) await client.query(`ALTER DATABASE ${client.database} SET ${setting}`)
  await client.end()
  return database.url
}

async function useWholly(databaseUrl: string): Promise<void> {
  await migrateDeploy(databaseUrl)
  expect(await migrateDeploy(databaseUrl)).toEqual([])
  const store = createPostgresStore({ databaseUrl })
  onTestFinished(() => store.close())
  await store.ping()
  const { sweepId } = await insertRates(store, 5)
  for (let n = 0; n < 3; n++) {
    const trial = await claimNext(store)
    await report(store, trial, 1)
    const kept = makeEpoch(1, { val_acc: 1 / 3 + n * 1e-16 })
    await store.completeTrial(trial, SCORE, kept)
  }
  expect(await store.findSweep(sweepId)).toMatchObject({ trialCounts: { completed: 3, queued: 2 } })
  const seen: string[] = []
  for (let cursor: string | undefined; seen.length < 10; ) {
    const page = await store.listTrials({ sort: 'val_acc', limit: 1, cursor })
    seen.push(...page.items.map(({ id }) => id))
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  expect(new Set(seen).size).toBe(5)
  expect(seen).toHaveLength(5)
  const age = Date.now() - Date.parse(String((await store.findSweep(sweepId))?.createdAt))
  expect(Math.abs(age)).toBeLessThan(60_000)
}

describe('a database that is not like ours', () => {
  it.each([
    ['a search path of its own', ['search_path = elsewhere']],
    ['dates in the German order', ["DateStyle = 'German, DMY'", "timezone = 'Asia/Kolkata'"]],
    ['numbers cut to 15 digits', ['extra_float_digits = 0']],
    [
      'bytes as escapes, intervals in words',
      ["bytea_output = 'escape'", "IntervalStyle = 'postgres_verbose'"],
    ],
    ['short limits', ["statement_timeout = '1ms'", "lock_timeout = '1ms'"]],
    [
      'commits that are not waited for',
      ['synchronous_commit = off', "default_transaction_isolation = 'serializable'"],
    ],
  ])('with %s is used like any other', async (_, settings) => {
    await useWholly(await openForeignDatabase(...settings))
  })

  it('with a role that has a schema of its own name is used in the schema public', async () => {
    const url = new URL(await openForeignDatabase())
    const name = `role_${randomUUID().slice(0, 8)}`
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    onTestFinished(async () => {
      await client.query(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`)
      await client.end()
    })
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'; CREATE SCHEMA AUTHORIZATION ${name}`)
    url.username = name
    url.password = 'secret'
    await expect(migrateDeploy(url.href)).rejects.toThrow(/schema public .* \?schema=NAME/)
    await useWholly(`${url.href}?schema=${name}`)
    await client.query(`GRANT ALL ON SCHEMA public TO ${name}`)
    await useWholly(url.href)
  })

  it('keeps everything in the schema of ?schema=, which is created, whatever its name', async () => {
    const url = `${await openForeignDatabase()}?schema=my%20"Sweeps"`
    await useWholly(url)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query(
      "SELECT DISTINCT table_schema AS schema FROM information_schema.tables WHERE table_name IN ('trial', '_prisma_migrations')",
    )
    await client.end()
    expect(rows).toEqual([{ schema: 'my "Sweeps"' }])
  })

  it('is not ready if the tables are missing', async () => {
    const store = createPostgresStore({ databaseUrl: await openForeignDatabase() })
    onTestFinished(() => store.close())
    await expect(store.ping()).rejects.toThrow(/sweep/)
  })
})
