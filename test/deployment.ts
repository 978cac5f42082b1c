import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClient, type SweepClient } from '@sweepd/client'
import { createTestDatabase } from '@sweepd/testing'

/** The two processes of a deployment, on servers of their own. */
export interface Deployment {
  readonly client: SweepClient
  /** Ends both in order. @returns exit code and signal of each */
  stop(): Promise<[code: number | null, signal: NodeJS.Signals | null][]>
}

const root = resolve(import.meta.dirname, '..')
const fashionMnistDir = process.env['FASHION_MNIST_DIR']

/** Starts an API and a worker on a database of their own. @param variables of the environment, for both */
export async function deploy(variables: Readonly<Record<string, string | undefined>>): Promise<Deployment> {
  const database = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'sweepd-end-to-end-'))
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    SWEEPD_DATA_DIR: dataDir,
    FASHION_MNIST_DIR: fashionMnistDir ? resolve(fashionMnistDir) : undefined,
    PORT: '0',
    WORKER_SLOTS: '2',
    LOG_LEVEL: 'warn',
    ...variables,
  }
  const api = fork(join(root, 'apps/api/dist/server.js'), { env })
  const [ready] = (await once(api, 'message')) as [{ url: string }]
  const worker = fork(join(root, 'apps/worker/dist/main.js'), { env })
  await once(worker, 'message')
  return {
    client: createClient({ baseUrl: ready.url }),
    async stop() {
      const ends = await Promise.all([api, worker].map(end))
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
      return ends
    },
  }
}

async function end(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  return (await exited) as [number | null, NodeJS.Signals | null]
}
