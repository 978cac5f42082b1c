import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { askServer } from './ask-server.js'
import { type DataFolder, formatUrl, locateDataFolder } from './data-folder.js'
import { isAlive } from './is-alive.js'

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
