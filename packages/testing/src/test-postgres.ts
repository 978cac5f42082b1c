import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrateDeploy, startEmbeddedPostgres } from '@sweepd/embedded'
import { findFreePort } from '@sweepd/process'
import { findDeployedImage } from './deployed-image.js'
import { killFamily } from './end-processes.js'
import { startTestContainer } from './test-container.js'
import type { TestServer } from './test-server.js'

const DATABASE = 'sweepd'
const PASSWORD = 'sweepd'

export interface TestPostgresOptions {
  /** An embedded Postgres on this folder, which is removed at the end, even if containers are available. */
  readonly dataDir?: string | undefined
}

/** Starts a Postgres with all migrations applied: in a container, else an embedded one in a temporary folder. */
export async function startTestPostgres({ dataDir }: TestPostgresOptions = {}): Promise<TestServer> {
  const contained = dataDir === undefined ? await startPostgresContainer() : undefined
  const server = contained ?? (await startPostgresProcess(dataDir))
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

function startPostgresContainer(): Promise<TestServer | undefined> {
  return startTestContainer({
    image: findDeployedImage('postgres'),
    port: 5432,
    environment: { POSTGRES_PASSWORD: PASSWORD, POSTGRES_USER: 'postgres', POSTGRES_DB: DATABASE },
    // By TCP: the server that creates the database listens on a socket only.
    readyCommand: `pg_isready --host=127.0.0.1 --username=postgres --dbname=${DATABASE}`,
    toUrl: (host, port) => `postgresql://postgres:${PASSWORD}@${host}:${port}/${DATABASE}`,
  })
}
