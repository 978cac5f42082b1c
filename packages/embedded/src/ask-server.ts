import pg from 'pg'
import { DATABASE_NAME, formatUrl } from './data-folder.js'

const CONNECT_TIMEOUT_MS = 5_000

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
