import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '@sweepd/process'
import { createCluster } from './create-cluster.js'
import { type DataFolder, formatUrl, locateDataFolder } from './data-folder.js'
import { EmbeddedPostgresError, isDiskFull } from './embedded-postgres-error.js'
import { inspectServer } from './find-running-postgres.js'
import { findPostgresBinaries } from './postgres-binaries.js'
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.js'
import { findServerIdentity } from './server-identity.js'
import { stopWithUs } from './stop-with-us.js'

const MAX_TRIES = 25

/** A Postgres of our own on 127.0.0.1; it ends with this process at the latest, even after kill -9. */
export interface EmbeddedPostgres {
  /** With user, password and database. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<void>
  /** Fast shutdown; waits for the end. Safe to call twice. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** The data folder (`SWEEPD_DATA_DIR`), created if missing; the cluster lies in its `postgres`. */
  readonly dataDir: string
  /** Default: a free one. */
  readonly port?: number | undefined
  /** Default 100. */
  readonly maxConnections?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Starts Postgres on a data folder, after creating the cluster if there is none.
 * Works as root too: the server then runs as the owner of the cluster, or `nobody`.
 * @throws EmbeddedPostgresError with the remedy: `folder-taken` if one runs there already, `port-taken` if the
 * given port is in use, and whatever else may hinder it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = locateDataFolder(options.dataDir)
  const identity = await findServerIdentity(folder.cluster)
  const binaries = await findPostgresBinaries(identity)
  options.signal?.throwIfAborted()
  await createCluster(folder, binaries, identity)
  const password = await readFile(folder.passwordFile, 'utf8').catch((cause) => refusePassword(folder, cause))
  const { maxConnections = 100, signal } = options
  const attempt = { folder, binaries, identity, password, maxConnections, signal }
  const { postmaster, port } = await startPatiently(attempt, options.port)
  const callOff = stopWithUs(postmaster.pid, identity)
  void postmaster.exited.then(callOff)
  const { pid, exited, stop } = postmaster
  return { url: formatUrl(password, port), port, pid, exited, stop }
}

/** Waits out what passes by itself: a killed server that is not gone yet, or a port that somebody just took. */
async function startPatiently(attempt: Omit<PostmasterOptions, 'port'>, fixedPort: number | undefined) {
  for (let tries = 1; ; tries++) {
    await refuseRunning(attempt.folder)
    const port = fixedPort ?? (await findFreePort())
    const result = await startPostmaster({ ...attempt, port })
    if (!('log' in result)) return { postmaster: result satisfies Postmaster, port }
    const failure = explainFailure(attempt.folder, port, result.log)
    const passes =
      failure.code === 'folder-taken' || (failure.code === 'port-taken' && fixedPort === undefined)
    if (!passes || tries === MAX_TRIES) throw failure
    await delay(Math.min(25 * 2 ** tries, 400), undefined, { signal: attempt.signal })
  }
}

async function refuseRunning(folder: DataFolder): Promise<void> {
  const server = await inspectServer(folder)
  if (server?.answer === 'ready') throw folderTaken(folder, String(server.pid))
}

function explainFailure(folder: DataFolder, port: number, log: string): EmbeddedPostgresError {
  if (/lock file "postmaster.pid" already exists|shared memory block .* still in use/.test(log))
    return folderTaken(folder, /PID (\d+)/.exec(log)?.[1] ?? 'unknown')
  if (/could not bind IPv4 address/.test(log)) {
    const message = `Port ${port} of 127.0.0.1 is taken. Stop the program that listens on it, or choose another port.`
    return new EmbeddedPostgresError('port-taken', message)
  }
  const remedy = isDiskFull(log) ? 'The disk is full: free some space. ' : ''
  const lines = log.trim().split('\n').slice(-8).join('\n')
  const message = `Postgres did not start on ${folder.cluster}. ${remedy}See ${folder.logFile}, or set DATABASE_URL.\n${lines}`
  return new EmbeddedPostgresError('start-failed', message)
}

function folderTaken({ root }: DataFolder, pid: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'folder-taken',
    `Postgres (process ${pid}) already runs on the data folder ${root}. Stop the sweepd that started it ` +
      `(or, if that is gone, "kill -INT ${pid}"), or point SWEEPD_DATA_DIR to another folder.`,
  )
}

function refusePassword({ passwordFile }: DataFolder, cause: Error): never {
  const message = `The password of the database is missing: ${passwordFile}. Restore the file, or point SWEEPD_DATA_DIR to a new folder.`
  throw new EmbeddedPostgresError('folder-unusable', message, { cause })
}
