import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataFolder } from './data-folder.js'
import { askServer } from './find-running-postgres.js'
import type { PostgresBinaries } from './postgres-binaries.js'
import { SERVER_ENVIRONMENT } from './postgres-binaries.js'
import type { ServerIdentity } from './server-identity.js'
import { openServerLog } from './server-log.js'

const POLL_MS = 25
const READY_DEADLINE_MS = 120_000
const FAST_SHUTDOWN_MS = 20_000

/** What to start Postgres with. */
export interface PostmasterOptions {
  readonly folder: DataFolder
  readonly binaries: PostgresBinaries
  readonly identity: ServerIdentity
  readonly password: string
  readonly port: number
  readonly maxConnections: number
  readonly signal?: AbortSignal | undefined
}

/** A Postgres that takes connections. */
export interface Postmaster {
  readonly pid: number
  /** Settles when it has ended, for whatever reason. */
  readonly exited: Promise<void>
  /** Fast shutdown: open transactions are rolled back. Waits for the end; safe to call twice. */
  stop(): Promise<void>
}

/** Starts Postgres once: what runs, or what the log says about why not. Throws only if aborted. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster | { log: string }> {
  const log = await openServerLog(options.folder.logFile)
  const child = spawnPostgres(options, log.fd)
  closeSync(log.fd)
  const exited = waitForExit(child)
  const postmaster = { pid: child.pid ?? 0, exited, stop: () => stop(child, exited) }
  try {
    if (await becomesReady(child, options)) return postmaster
  } catch (error) {
    await postmaster.stop()
    throw error
  }
  await postmaster.stop()
  return { log: await log.read() }
}

/** In a process group of its own, so that Ctrl-C at the terminal reaches us alone and we stop it in order. */
function spawnPostgres({ folder, binaries, identity, ...options }: PostmasterOptions, log: number) {
  const child = spawn(
    binaries.postgres,
    ['-D', identity.clusterArgument(folder.cluster), '-p', String(options.port), ...settings(options)],
    {
      ...identity.user,
      cwd: folder.cluster,
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', log, log],
      detached: true,
    },
  )
  child.unref()
  return child
}

/**
 * Durability stays as Postgres has it. Parallel queries are off: the cores belong to training, and the shared memory
 * that they use is 64 MB in a container.
 */
function settings({ maxConnections }: { maxConnections: number }): string[] {
  return [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${maxConnections}`,
    'shared_buffers=256MB',
    'max_wal_size=1GB',
    'max_parallel_workers_per_gather=0',
    'fsync=on',
    'synchronous_commit=on',
    'timezone=UTC',
    'log_timezone=UTC',
  ].flatMap((setting) => ['-c', setting])
}

/** False if it ends before it takes connections. */
async function becomesReady(child: ChildProcess, options: PostmasterOptions): Promise<boolean> {
  const deadline = Date.now() + READY_DEADLINE_MS
  while (isRunning(child) && Date.now() < deadline) {
    options.signal?.throwIfAborted()
    if ((await askServer(options.password, options.port)) === 'ready' && isRunning(child)) return true
    await delay(POLL_MS)
  }
  return false
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (!isRunning(child)) return
  child.ref()
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS)
  await exited
  clearTimeout(timer)
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

function waitForExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve())
  })
}
