import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type EmbeddedPostgres,
  findRunningPostgres,
  migrateDeploy,
  openDatabase,
  startEmbeddedPostgres,
} from '../src/index.js'
import { makeTemporaryFolder } from './temporary-folder.js'

let dataDir: string
let migrationsDir: string
let postgres: EmbeddedPostgres

beforeAll(async () => {
  dataDir = await makeTemporaryFolder()
  migrationsDir = await makeTemporaryFolder()
  await writeMigration('1_sweep', 'CREATE TABLE sweep (id int); INSERT INTO sweep VALUES (1);')
  postgres = await startEmbeddedPostgres({ dataDir })
})

afterAll(() => postgres?.stop())

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(path.join(migrationsDir, name), { recursive: true })
  await writeFile(path.join(migrationsDir, name, 'migration.sql'), sql)
}

async function read(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows
}

describe('migrateDeploy', () => {
  it('applies each migration once, though five callers race', async () => {
    const racing = Array.from({ length: 5 }, () => migrateDeploy(postgres.url, migrationsDir))
    expect((await Promise.all(racing)).flat()).toEqual(['1_sweep'])
    expect(await read(postgres.url, 'SELECT count(*)::int FROM sweep')).toEqual([[1]])
  })

  it('records what Prisma would: name, SHA-256 of the script, finished, one step', async () => {
    const rows = await read(
      postgres.url,
      'SELECT migration_name, length(checksum), finished_at IS NOT NULL, applied_steps_count, rolled_back_at FROM _prisma_migrations',
    )
    expect(rows).toEqual([['1_sweep', 64, true, 1, null]])
  })

  it('rolls a migration back that fails, names it, and applies it when it is mended', async () => {
    await writeMigration('2_broken', 'CREATE TABLE half (id int); SELECT nonsense;')
    await expect(migrateDeploy(postgres.url, migrationsDir)).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringMatching(/2_broken.*nonsense/),
    })
    expect(await read(postgres.url, "SELECT to_regclass('half')")).toEqual([[null]])
    await writeMigration('2_broken', 'CREATE TABLE whole (id int);')
    expect(await migrateDeploy(postgres.url, migrationsDir)).toEqual(['2_broken'])
  })

  it('says where it found no server, and not with which password it tried', async () => {
    const nowhere = migrateDeploy('postgresql://sweepd:secret@127.0.0.1:1/sweepd', migrationsDir)
    await expect(nowhere).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('127.0.0.1:1'),
    })
    await expect(nowhere).rejects.not.toThrow('secret')
  })
})

describe('openDatabase', () => {
  let folder: string
  beforeAll(async () => {
    folder = await makeTemporaryFolder()
  })

  it('uses the given address, and leaves that server running', async () => {
    const database = await openDatabase({ databaseUrl: postgres.url, dataDir: '/nonexistent', migrationsDir })
    expect(database.url).toBe(postgres.url)
    await database.stop()
    expect(await read(postgres.url, 'SELECT 1')).toEqual([[1]])
  })

  it('attaches to the server that runs on the folder, and leaves it running', async () => {
    const database = await openDatabase({ dataDir, migrationsDir })
    expect(database.url).toBe(postgres.url)
    await database.stop()
    expect(await findRunningPostgres(dataDir)).toBe(postgres.url)
  })

  it('starts one server for three callers on a new folder, which the one that started it stops', async () => {
    const opened = await Promise.all(
      Array.from({ length: 3 }, () => openDatabase({ dataDir: folder, migrationsDir })),
    )
    expect(new Set(opened.map(({ url }) => url)).size).toBe(1)
    expect(await read(String(opened[0]?.url), 'SELECT count(*)::int FROM sweep')).toEqual([[1]])
    await Promise.all(opened.map((database) => database.stop()))
    expect(await findRunningPostgres(folder)).toBeUndefined()
  })

  it('stops the server that it started if a migration fails', async () => {
    await writeMigration('3_broken', 'nonsense')
    await expect(openDatabase({ dataDir: folder, migrationsDir })).rejects.toMatchObject({
      code: 'migration-failed',
    })
    expect(await findRunningPostgres(folder)).toBeUndefined()
  })
})
