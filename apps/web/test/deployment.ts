import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { createClient, type SweepClient } from '@sweepd/client'
import { createTestDatabase } from '@sweepd/testing'

const ROOT = resolve(import.meta.dirname, '../../..')
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Asked for by the login page. */
export const API_TOKEN = 'a-token-for-this-test'

/** An API that serves the dashboard, a worker, and their database. */
export interface Deployment {
  readonly url: string
  readonly client: SweepClient
  /** Ends the API; the worker continues. */
  stopApi(): Promise<void>
  /** Starts it again, at another address. */
  startApi(): Promise<void>
  stop(): Promise<void>
}

/** Real processes on free ports, from what `npm run build` has made. */
export async function deploy(): Promise<Deployment> {
  const database = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'sweepd-dashboard-'))
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    SWEEPD_DATA_DIR: dataDir,
    PORT: '0',
    WORKER_SLOTS: '2',
    LOG_LEVEL: 'warn',
    API_TOKEN,
    // The suite asks more than a person does.
    RATE_LIMIT: '0',
  }
  const startApi = async () => {
    const child = fork(join(ROOT, 'apps/api/dist/server.js'), { env })
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    return { child, url, client: createClient({ baseUrl: url, token: API_TOKEN }) }
  }
  let api = await startApi()
  const worker = fork(join(ROOT, 'apps/worker/dist/main.js'), { env })
  await once(worker, 'message')
  return {
    get url() {
      return api.url
    },
    get client() {
      return api.client
    },
    stopApi: () => end(api.child),
    async startApi() {
      api = await startApi()
    },
    async stop() {
      await Promise.all([api.child, worker].map(end))
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** The Chromium on the PATH; where there is none, undefined, or in CI an error, since there these tests must run. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.flatMap((folder) => PROGRAMS.map((name) => join(folder, name))).find(isExecutable)
  if (found === undefined && process.env['CI'] === 'true')
    throw new Error('There is no Chromium here: apt-get install chromium. In CI its tests are not skipped.')
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
