import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrateDeploy, startEmbeddedPostgres } from '@sweepd/embedded'
import { findFreePort } from '@sweepd/process'
import { killFamily } from './end-processes.js'
import { hasContainerEngine, startTestContainer } from './test-container.js'
import type { TestServer } from './test-server.js'

const DATABASE = 'sweepd'
const PASSWORD = 'sweepd'

export interface TestPostgresOptions {
  /** An embedded Postgres on this folder, which is removed at the end, even if containers are available. */
  readonly dataDir?: string | undefined
}

/** Starts a Postgres with all migrations applied: in a container, else an embedded one in a temporary folder. */
export async function startTestPostgres({ dataDir }: TestPostgresOptions = {}): Promise<TestServer> {
  const isContained = dataDir === undefined && (await hasContainerEngine())
  const server = await (isContained ? startPostgresContainer() : startPostgresProcess(dataDir))
  try {
    await migrateDeploy(server.url)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

async function startPostgresProcess(dataDir: string | undefined): Promise<TestServer> {
  const folder = dataDir ?? (await mkdtemp(path.join(tmpdir(), 'sweepd-postgres-')))
  const port = await findFreePort()
  let server = await startEmbeddedPostgres({ dataDir: folder, port })
  const { url } = server
  return {
    url,
    kill: async () => {
      await killFamily(server.pid)
      await server.exited
    },
    restart: async () => {
      server = await startEmbeddedPostgres({ dataDir: folder, port })
    },
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function startPostgresContainer(): Promise<TestServer> {
  return startTestContainer({
    image: 'postgres:18-alpine',
    port: 5432,
    environment: { POSTGRES_PASSWORD: PASSWORD, POSTGRES_USER: 'postgres', POSTGRES_DB: DATABASE },
    // Once for the server that creates the database, once for the real one.
    readyLine: [/database system is ready to accept connections/, 2],
    toUrl: (host, port) => `postgresql://postgres:${PASSWORD}@${host}:${port}/${DATABASE}`,
  })
}
