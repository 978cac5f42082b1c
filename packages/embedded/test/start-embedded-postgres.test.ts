import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAlive } from '../src/find-running-postgres.js'
import { type EmbeddedPostgres, findRunningPostgres, startEmbeddedPostgres } from '../src/index.js'
import { startHolder } from './run-as.js'
import { makeTemporaryFolder } from './temporary-folder.js'
import { waitUntil } from './wait-until.js'

let dataDir: string
let postgres: EmbeddedPostgres

/** As root this is already the hard case: the folder is closed to the user that Postgres runs as. */
beforeAll(async () => {
  dataDir = path.join(await makeTemporaryFolder(), 'data')
  postgres = await startEmbeddedPostgres({ dataDir })
})

afterAll(() => postgres?.stop())

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Restarts the server that all tests of this file use. */
async function restart(): Promise<void> {
  await postgres.stop()
  postgres = await startEmbeddedPostgres({ dataDir })
}

describe('startEmbeddedPostgres', () => {
  it('gives a database that forgets nothing it has confirmed', async () => {
    const settings = ['fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories']
    const rows = await query(
      postgres.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('${settings.join("','")}')`,
    )
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
    })
  })

  it('lets nobody in without the password, which only its owner can read', async () => {
    const stranger = new URL(postgres.url)
    stranger.password = 'guess'
    await expect(query(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    const file = path.join(dataDir, 'postgres', 'sweepd.password')
    expect((await stat(file)).mode & 0o077).toBe(0)
    expect((await stat(path.dirname(file))).mode & 0o077).toBe(0)
  })

  it('keeps what was stored over a stop and a start', async () => {
    await query(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await restart()
    expect(await query(postgres.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('settles exited after kill -9, and starts again at once with everything that was committed', async () => {
    await query(postgres.url, 'CREATE TABLE survivor AS SELECT generate_series(1, 1000) AS n')
    process.kill(postgres.pid, 'SIGKILL')
    await postgres.exited
    postgres = await startEmbeddedPostgres({ dataDir })
    expect(await query(postgres.url, 'SELECT count(*)::int AS n FROM survivor')).toEqual([{ n: 1000 }])
  })

  it('says that the folder is taken, by which process, and what to do', async () => {
    const second = startEmbeddedPostgres({ dataDir })
    await expect(second).rejects.toMatchObject({ code: 'folder-taken' })
    await expect(second).rejects.toThrow(`process ${postgres.pid}`)
    await expect(second).rejects.toThrow(`kill -INT ${postgres.pid}`)
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('says that the given port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await waitUntil('the port is taken', () => server.listening)
    const address = server.address()
    const port = typeof address === 'object' ? Number(address?.port) : 0
    await postgres.stop()
    await expect(startEmbeddedPostgres({ dataDir, port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`Port ${port}`),
    })
    server.close()
    postgres = await startEmbeddedPostgres({ dataDir })
  })

  it('starts over a lock file that a dead process left', async () => {
    await postgres.stop()
    const dead = spawnSync(process.execPath, ['--version'])
    const lock = [dead.pid, path.join(dataDir, 'postgres'), 0, 5432, '', '127.0.0.1', '', 'ready', '']
    await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), lock.join('\n'))
    expect(await findRunningPostgres(dataDir)).toBeUndefined()
    postgres = await startEmbeddedPostgres({ dataDir })
    expect(await findRunningPostgres(dataDir)).toBe(postgres.url)
  })

  it('stops when aborted, and leaves nothing running', async () => {
    await postgres.stop()
    const aborted = startEmbeddedPostgres({ dataDir, signal: AbortSignal.timeout(15) })
    await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(await findRunningPostgres(dataDir)).toBeUndefined()
    postgres = await startEmbeddedPostgres({ dataDir })
  })

  it('refuses a cluster of another version, and one without its password', async () => {
    await postgres.stop()
    const version = path.join(dataDir, 'postgres', 'PG_VERSION')
    const password = path.join(dataDir, 'postgres', 'sweepd.password')
    const [oldVersion, oldPassword] = [await readFile(version, 'utf8'), await readFile(password, 'utf8')]
    await writeFile(version, '13\n')
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'version-mismatch',
      message: expect.stringMatching(/made by Postgres 13, but version \d+ is installed/),
    })
    await writeFile(version, oldVersion)
    await rm(password)
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'folder-unusable' })
    const { uid, gid } = await stat(version)
    await writeFile(password, oldPassword, { mode: 0o600 })
    if (process.getuid?.() === 0) await chown(password, uid, gid)
    postgres = await startEmbeddedPostgres({ dataDir })
  })
})

describe('a folder that does not fit', () => {
  it('is refused when it is a file, or when its cluster is none', async () => {
    const folder = await makeTemporaryFolder()
    await writeFile(path.join(folder, 'file'), '')
    await expect(startEmbeddedPostgres({ dataDir: path.join(folder, 'file') })).rejects.toMatchObject({
      code: 'folder-unusable',
      message: expect.stringContaining('SWEEPD_DATA_DIR'),
    })
    await mkdir(path.join(folder, 'postgres'))
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({
      code: 'folder-unusable',
      message: expect.stringContaining('holds no Postgres database'),
    })
  })
})

describe('a process that holds Postgres', () => {
  let folder: string
  beforeAll(async () => {
    folder = path.join(await makeTemporaryFolder(), 'data')
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('takes it along when it ends by %s', async (signal) => {
    const holder = startHolder(folder)
    const { pid = 0 } = await holder.answer
    expect(isAlive(pid)).toBe(true)
    holder.process.kill(signal)
    await holder.exited
    await waitUntil('Postgres is gone', () => !isAlive(pid))
  })

  it('takes it along when its work is done and it just ends', async () => {
    const holder = startHolder(folder)
    const { pid = 0 } = await holder.answer
    holder.process.stdin?.end()
    await holder.exited
    expect(holder.process.exitCode).toBe(0)
    await waitUntil('Postgres is gone', () => !isAlive(pid))
  })

  it('leaves no half cluster when it is killed in the middle of initdb', async () => {
    folder = await makeTemporaryFolder()
    const holder = startHolder(folder)
    const draft = () =>
      readdir(folder).then((names) => names.find((name) => /^postgres\.new-\d+-[0-9a-f]+$/.test(name)))
    await waitUntil('initdb has begun', async () => {
      const name = await draft()
      return name !== undefined && existsSync(path.join(folder, name, 'PG_VERSION'))
    })
    holder.process.kill('SIGKILL')
    await holder.exited
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false)
    const next = await startEmbeddedPostgres({ dataDir: folder })
    expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await next.stop()
    // The orphaned initdb may still have been writing when the first start tidied up.
    await waitUntil('nothing is left over', async () => {
      await startEmbeddedPostgres({ dataDir: folder }).then((server) => server.stop())
      return (await readdir(folder)).sort().join() === 'postgres,postgres.log'
    })
  })
})
