import { readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { DATABASE_NAME, type DataFolder, formatUrl, locateDataFolder } from './data-folder.js'

const CONNECT_TIMEOUT_MS = 5_000

/** A server that says that it runs on a data folder. */
export interface RunningServer {
  readonly pid: number
  readonly port: number
  readonly url: string
  readonly answer: 'ready' | 'not-yet' | 'absent'
}

/** The address of the Postgres that runs on this data folder and takes connections, or undefined. */
export async function findRunningPostgres(dataDir: string): Promise<string | undefined> {
  const server = await inspectServer(locateDataFolder(dataDir))
  return server?.answer === 'ready' ? server.url : undefined
}

/**
 * What the lock file of the cluster says, and the state of the server that it names. Undefined without a lock file,
 * with that of a dead process, or if the folder is not readable.
 */
export async function inspectServer(folder: DataFolder): Promise<RunningServer | undefined> {
  const [lock, password] = await Promise.all([
    readText(path.join(folder.cluster, 'postmaster.pid')),
    readText(folder.passwordFile),
  ])
  // Lines of postmaster.pid: process id, data directory, start time, port, …
  const lines = lock?.split('\n') ?? []
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (password === undefined || !(pid > 0) || !(port > 0) || !isAlive(pid)) return undefined
  return { pid, port, url: formatUrl(password, port), answer: await askServer(password, port) }
}

const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined)

/** Whether a process of this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Whether the server on this port is the one that has this password: `ready` once it has our database,
 * `not-yet` while it starts, recovers or stops, `absent` if nobody or somebody else answers.
 */
export async function askServer(password: string, port: number): Promise<'ready' | 'not-yet' | 'absent'> {
  const client = new pg.Client({
    connectionString: formatUrl(password, port, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await createDatabase(client)
    return 'ready'
  } catch (error) {
    // 57P03: starting up, in recovery or shutting down. 57P01: stopped while we asked. 53300: all connections are taken.
    return ['57P01', '57P03', '53300'].includes(codeOf(error)) ? 'not-yet' : 'absent'
  } finally {
    await client.end().catch(() => {})
  }
}

/** 42P04 and 23505: it exists, or another process creates it at this moment. */
async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE_NAME])
  if (rowCount === 1) return
  await client.query(`CREATE DATABASE ${DATABASE_NAME}`).catch((error) => {
    if (!['42P04', '23505'].includes(codeOf(error))) throw error
  })
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '')
