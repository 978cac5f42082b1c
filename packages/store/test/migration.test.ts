import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrateDeploy } from '@sweepd/embedded'
import { createTestDatabase } from '@sweepd/testing'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createPostgresStore } from '../src/index.js'
import { checkpointOf, claimNext, LEASE_MS, report } from './contract/scenes.js'
import { makeEpoch, makeSweep, SCORE } from './new-sweep.js'

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

/** The migrations before the one that moved running metrics to the attempts. */
async function copyEarlierMigrations(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sweepd-migrations-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d+_(init|lifecycle)$/.test(name))
  for (const name of names)
    await cp(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true })
  return folder
}

it('a database of the version before is migrated with a sweep that runs, and its trials continue', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  expect(await migrateDeploy(database.url, await copyEarlierMigrations())).toHaveLength(2)

  const { sweep, trials } = makeSweep(5)
  // As the version before stored it: without fields that came later.
  const { seed: _, ...definition } = sweep.definition
  await client.query('INSERT INTO sweep (id, name, definition, planned) VALUES ($1, $2, $3, 5)', [
    sweep.id,
    'old',
    definition,
  ])
  for (const { id, number, hyperparameters, hyperparametersHash } of trials)
    await client.query(
      'INSERT INTO trial (id, sweep_id, number, hyperparameters, hyperparameters_hash, epochs) VALUES ($1, $2, $3, $4, $5, 4)',
      [id, sweep.id, number, hyperparameters, hyperparametersHash],
    )
  const [done = '', running = '', failed = '', expired = ''] = trials.map(({ id }) => id)
  const workerId = randomUUID()
  const metrics =
    'epochs_done = 2, loss = 0.5, acc = 0.75, val_loss = 0.625, val_acc = 0.65, train_duration_ms = 200'
  for (const [id, state, outcome, lease] of [
    [done, 'completed', 'completed', null],
    [running, 'running', 'running', '1 hour'],
    [failed, 'failed', 'failed', null],
    [expired, 'running', 'running', '-1 hour'],
  ]) {
    await client.query(
      `UPDATE trial SET state = $2, attempts = 1, started_at = now(), ${metrics} WHERE id = $1`,
      [id, state],
    )
    await client.query(
      'INSERT INTO attempt (trial_id, number, worker_id, outcome, lease_expires_at) VALUES ($1, 1, $2, $3, now() + $4::interval)',
      [id, workerId, outcome, lease],
    )
    for (const epoch of [1, 2])
      await client.query('INSERT INTO epoch VALUES ($1, $2, 1, 0.5, 0.75, 0.625, 0.65, 100, 0)', [id, epoch])
    await client.query("INSERT INTO checkpoint VALUES ($1, 1, 2, '\\x0200ff80')", [id])
  }
  await client.query('UPDATE trial SET test_loss = 0.3, test_acc = 0.91, finished_at = now() WHERE id = $1', [
    done,
  ])
  await client.query('INSERT INTO score VALUES ($1, 0.3, 0.91, $2, $3)', [
    done,
    JSON.stringify(SCORE.confusionMatrix),
    JSON.stringify(SCORE.perClass),
  ])

  expect(await migrateDeploy(database.url)).toHaveLength(9)
  const store = createPostgresStore({ databaseUrl: database.url })
  onTestFinished(() => store.close())
  const found = await store.findSweep(sweep.id)
  expect(found).toMatchObject({
    seed: 2019,
    trialCounts: { total: 5, queued: 1, running: 2, completed: 1, failed: 1 },
    progress: (4 + 2 + 4 + 2) / 20,
    bestTrial: { metrics: { val_acc: 0.65 } },
    accounting: { planned: 5, duplicates: 0 },
  })
  const measured = { loss: 0.5, acc: 0.75, val_loss: 0.625, val_acc: 0.65, test_acc: null }
  expect(await store.findTrial(running)).toMatchObject({ epochsDone: 2, metrics: measured })
  expect((await store.findTrial(done))?.score).toEqual(SCORE)
  const board = await store.listTrials({ sort: 'val_acc', limit: 10 })
  expect(board.items.map(({ metrics: { val_acc } }) => val_acc)).toEqual([0.65, 0.65, 0.65, 0.65, null])

  // The worker of the version before continues; the silent one's trial resumes elsewhere.
  expect(await report(store, { trialId: running, attempt: 1 }, 3)).toBe('continue')
  expect(await store.completeTrial({ trialId: running, attempt: 1 }, SCORE, makeEpoch(3))).toBe(true)
  expect(await store.requeueExpired()).toMatchObject([{ trialId: expired, attempt: 2 }])
  const next = await claimNext(store, LEASE_MS)
  expect(next).toMatchObject({ trialId: expired, attempt: 2, epochsDone: 2, checkpoint: checkpointOf(2) })
  expect(await store.findTrial(expired)).toMatchObject({ epochsDone: 2, metrics: measured })
  expect(await store.findSweep(sweep.id)).toMatchObject({
    trialCounts: { queued: 1, running: 1, completed: 2, failed: 1 },
    progress: (4 + 4 + 4 + 2) / 20,
  })
})

it('a build works with a database to which a later one has added something, and refuses one that it has broken', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  onTestFinished(() => client.end())
  const note = (name: string) =>
    client.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, '', $2, now())",
      [randomUUID(), name],
    )
  await note('20991231000000_more_columns')
  expect(await migrateDeploy(database.url)).toEqual([])
  await note('20991231000001_fewer_columns_breaking')
  await expect(migrateDeploy(database.url)).rejects.toMatchObject({
    code: 'newer-schema',
    message: expect.stringMatching(
      /older than its database: the migration 20991231000001_fewer_columns_breaking was applied .+ Upgrade this process/,
    ),
  })
})
