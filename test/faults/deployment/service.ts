import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { dieWithUs } from '@sweepd/testing'

const ROOT = resolve(import.meta.dirname, '../../..')

const ENTRIES = { api: 'apps/api/dist/server.js', worker: 'apps/worker/dist/main.js' }

/** What to start. */
export interface ServiceOptions {
  readonly kind: keyof typeof ENTRIES
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gets what the process writes; appended to. */
  readonly logFile: string
}

/** A process of the product: the api or a worker. */
export class Service {
  readonly kind: ServiceOptions['kind']
  readonly #child: ChildProcess
  readonly #logFile: string
  /** Whether its end is what the suite asked for. */
  #isToEnd = false

  /** Starts the process. */
  constructor({ kind, environment, logFile }: ServiceOptions) {
    const log = openSync(logFile, 'a')
    this.kind = kind
    this.#logFile = logFile
    this.#child = fork(resolve(ROOT, ENTRIES[kind]), {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    // A suspended process does not notice that its parent is gone.
    this.#child.once('exit', dieWithUs(this.pid))
  }

  /** Waits until it says that it is ready. Throws, with the end of its log, if it ends first. */
  async becomesReady(): Promise<void> {
    const decided = new AbortController()
    const first = ['message', 'exit'].map((event) => once(this.#child, event, decided).catch(() => {}))
    await Promise.race(first)
    decided.abort()
    if (this.hasEnded) throw new Error(`the ${this.kind} did not start:\n${this.readLog()}`)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** What is wrong with how the process ended, or undefined. */
  get wrongEnd(): string | undefined {
    const { exitCode, signalCode } = this.#child
    if (!this.hasEnded || (this.#isToEnd && exitCode !== 1)) return undefined
    return `the ${this.kind} ended by itself (${signalCode ?? `exit code ${exitCode}`}):\n${this.readLog()}`
  }

  /** kill -9, and waits for the end. */
  async kill(): Promise<void> {
    this.#isToEnd = true
    if (this.hasEnded) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  /** Asks it to leave in order, and waits until it has. */
  async stop(): Promise<void> {
    this.#isToEnd = true
    if (this.hasEnded) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exited
  }

  suspend(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** The last lines that it wrote. */
  readLog(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  }
}

const run = promisify(execFile)

/** Process ids of the training children of a worker. */
export async function listTrainingChildren(workerPid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, ...args]) => Number(ppid) === workerPid && args.join(' ').includes('training-child'))
    .map(([pid]) => Number(pid))
}
