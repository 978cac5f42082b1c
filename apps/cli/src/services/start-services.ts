import { resolve } from 'node:path'
import { createFolder } from '@sweepd/process'
import { CliError } from '../cli-error.js'
import type { Env } from '../env.js'
import { PROJECT_ROOT } from '../project-root.js'
import { startDatabase } from './database.js'
import { keepLogsSmall, openServiceLog, terminalLog } from './service-log.js'
import { type ChildOptions, superviseChild } from './supervise-child.js'

export interface ServiceOptions {
  readonly env: Env
  readonly port: number
  /** Whether logs go to the terminal instead of to files. */
  readonly isVerbose: boolean
  /** Told what happens to the services. */
  readonly say: (message: string) => void
  readonly signal: AbortSignal
}

/** Everything that runs on this machine: database, API and worker. */
export interface Services {
  readonly url: string
  /** How many trials train at once. */
  readonly slots: number | undefined
  /** Undefined where logs go to the terminal. */
  readonly logFolder: string | undefined
  /** Settles if the embedded database ends unexpectedly: nothing can continue then. */
  readonly databaseLost: Promise<void>
  /** Ends them in order, the database last; at once when `now` aborts. */
  stop(now: AbortSignal): Promise<void>
}

type Stop = (now: AbortSignal) => Promise<void>

/**
 * Starts database, API and worker, each when the one before is up; if one fails, those before it are stopped.
 * @throws CliError, EmbeddedPostgresError with the remedy; the signal's reason on abort.
 */
export async function startServices(options: ServiceOptions): Promise<Services> {
  const { env, port, isVerbose, signal } = options
  const logFolder = isVerbose ? undefined : resolve(env.SWEEPD_DATA_DIR, 'logs')
  await requireFolder(logFolder ?? env.SWEEPD_DATA_DIR)
  const stops: Stop[] = []
  const stop: Stop = async (now) => {
    for (const each of stops.toReversed()) await each(now)
  }
  try {
    const database = await startDatabase(env, signal)
    stops.push(database.stop)
    if (logFolder !== undefined) stops.push(keepLogsSmall(listLogs(env.SWEEPD_DATA_DIR, logFolder)))
    const childEnv = {
      ...env.forChildren,
      DATABASE_URL: database.url,
      DATABASE_URL_FILE: '',
      PORT: String(port),
    }
    const start = async (name: string, script: string) => {
      const child = await superviseChild(describeChild(name, script, { ...options, childEnv, logFolder }))
      stops.push(child.stop)
      return child.ready
    }
    const worker = await start('worker', 'apps/worker/dist/main.js')
    await start('API', 'apps/api/dist/server.js')
    const slots = typeof worker['slots'] === 'number' ? worker['slots'] : undefined
    return { url: formatUrl(env.HOST, port), slots, logFolder, databaseLost: database.lost, stop }
  } catch (error) {
    await stop(AbortSignal.abort())
    throw error
  }
}

/** What the services of this machine write to: Postgres' log lies in the data folder itself. */
const listLogs = (dataDir: string, logFolder: string): string[] => [
  resolve(dataDir, 'postgres.log'),
  ...['worker', 'api'].map((name) => resolve(logFolder, `${name}.log`)),
]

interface ChildContext extends Omit<ServiceOptions, 'env' | 'port' | 'isVerbose'> {
  readonly childEnv: Readonly<Record<string, string | undefined>>
  readonly logFolder: string | undefined
}

function describeChild(
  name: string,
  script: string,
  { childEnv, logFolder, say, signal }: ChildContext,
): ChildOptions {
  const log = logFolder === undefined ? terminalLog : openServiceLog(logFolder, name.toLowerCase())
  return { name, script: resolve(PROJECT_ROOT, script), env: childEnv, log, say, signal }
}

async function requireFolder(folder: string): Promise<void> {
  try {
    await createFolder(folder)
  } catch (cause) {
    const { message } = cause as Error
    throw new CliError(`${folder} cannot be created: ${message}. Point SWEEPD_DATA_DIR to another folder.`, {
      cause,
    })
  }
}

/** Where people reach a server of this machine that listens on this host. */
function formatUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
