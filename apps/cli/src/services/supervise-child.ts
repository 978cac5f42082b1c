import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CliError } from '../cli-error.js'
import { PROJECT_ROOT } from '../project-root.js'
import type { ServiceLog } from './service-log.js'

/** A child that ran this long was well, so that the next restart need not wait. */
const HEALTHY_MS = 60_000
/** How long a child has that is told a second time to end. */
const HURRY_MS = 2000
const DEFAULT_BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000 }

interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

export interface ChildOptions {
  /** What people call it, such as `worker`. */
  readonly name: string
  /** The script that the child runs; it sends `{type: 'ready', …}` when it is up, and exits when the channel closes. */
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: ServiceLog
  /** Told when the child has ended, and whether it will be started again. */
  readonly say: (message: string) => void
  readonly signal: AbortSignal
  readonly backoff?: Backoff
}

/**
 * A child process that is started again whenever it fails. One that ends with exit code 0 was asked to, as a worker is by
 * `sweepd drain`, and stays ended.
 */
export interface SupervisedChild {
  /** What it sent when it was first up. */
  readonly ready: Readonly<Record<string, unknown>>
  /**
   * Sends SIGTERM and waits for the end. Once `now` aborts, sends it again, which a worker takes as no time to drain,
   * and soon after SIGKILL, to its children too.
   */
  stop(now: AbortSignal): Promise<void>
}

/**
 * Starts a child in a process group of its own, so that Ctrl-C in the terminal does not reach it, and waits until it
 * is up.
 * @throws CliError with the end of its log if it ends before that; the signal's reason on abort.
 */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild> {
  if (!existsSync(options.script))
    throw new CliError(
      `The ${options.name} has not been built: ${options.script} is missing. Run: npm run build`,
    )
  let child = startChild(options)
  const ready = await waitUntilReady(child, options)
  const stopping = new AbortController()
  const supervised = keepAlive()
  return { ready, stop }

  async function keepAlive(): Promise<void> {
    for (let failures = 0; ; failures++) {
      const startedAt = performance.now()
      await waitForEnd(child)
      if (stopping.signal.aborted) return
      if (child.exitCode === 0) return options.say(describeLeave(options))
      if (performance.now() - startedAt > HEALTHY_MS) failures = 0
      await waitBeforeRestart(child, failures, options, stopping.signal)
      if (stopping.signal.aborted) return
      child = startChild(options)
    }
  }

  async function stop(now: AbortSignal): Promise<void> {
    stopping.abort()
    let deadline: NodeJS.Timeout | undefined
    const hurry = () => {
      child.kill('SIGTERM')
      deadline = setTimeout(() => killGroup(child), HURRY_MS)
    }
    child.kill('SIGTERM')
    if (now.aborted) hurry()
    now.addEventListener('abort', hurry)
    await supervised
    now.removeEventListener('abort', hurry)
    clearTimeout(deadline)
  }
}

function startChild({ script, env, log }: ChildOptions): ChildProcess {
  const child = fork(script, [], {
    cwd: PROJECT_ROOT,
    env: env as NodeJS.ProcessEnv,
    execArgv: [],
    detached: true,
    stdio: ['ignore', log.output, log.output, 'ipc'],
  })
  child.on('error', () => {})
  return child
}

async function waitUntilReady(child: ChildProcess, { name, log, signal }: ChildOptions) {
  const kill = () => killGroup(child)
  signal.addEventListener('abort', kill)
  if (signal.aborted) kill()
  try {
    return await Promise.race([waitForReadyMessage(child), refuseEnd(child, name, log)])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function waitForReadyMessage(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && 'type' in message && message.type === 'ready')
        resolve({ ...message })
    })
  })
}

async function refuseEnd(child: ChildProcess, name: string, log: ServiceLog): Promise<never> {
  await waitForEnd(child)
  throw new CliError([`The ${name} did not start (${describeEnd(child)}).`, ...log.readEnd()].join('\n'))
}

async function waitBeforeRestart(
  child: ChildProcess,
  failures: number,
  { name, log, say, backoff = DEFAULT_BACKOFF }: ChildOptions,
  signal: AbortSignal,
): Promise<void> {
  const delayMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** failures)
  const where = log.file === undefined ? '' : ` See ${basename(log.file)}.`
  say(`The ${name} ended (${describeEnd(child)}); starting it again in ${delayMs / 1000} s.${where}`)
  await delay(delayMs, undefined, { signal }).catch(() => {})
}

const describeLeave = ({ name }: ChildOptions): string =>
  `The ${name} ended as it was asked to, and is not started again. To have it back, end sweepd up and start it anew.`

const hasEnded = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null || pid === undefined

async function waitForEnd(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await new Promise<void>((resolve) => child.once('exit', () => resolve()))
}

const describeEnd = ({ exitCode, signalCode }: ChildProcess): string =>
  signalCode === null ? `exit code ${exitCode}` : signalCode

/** The group of a detached child has its id: children of the child end with it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || hasEnded(child)) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch {
    // It ended in this very moment.
  }
}
