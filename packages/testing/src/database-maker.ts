import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { TestServer } from './test-server.js'

/** Makes databases on one Postgres, which is started when the first is asked for. */
export class DatabaseMaker {
  #server: Promise<TestServer> | undefined

  /** The URL of a new database with all migrations applied: a copy of the first, which nobody connects to. */
  async create(): Promise<string> {
    this.#server ??= import('./test-postgres.js').then(({ startTestPostgres }) => startTestPostgres())
    const { url } = await this.#server
    const name = `test_${randomUUID().replaceAll('-', '')}`
    const template = new URL(url).pathname.slice(1)
    await run(maintenanceUrl(url), `CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(template)}`)
    return withDatabase(url, name)
  }

  /** Ends the server, if there is one, and with it all databases. */
  async stop(): Promise<void> {
    await (await this.#server)?.stop()
  }
}

/** Drops a database, ending the connections to it. */
export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  await run(maintenanceUrl(url), `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
}

const maintenanceUrl = (url: string) => withDatabase(url, 'postgres')

function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
