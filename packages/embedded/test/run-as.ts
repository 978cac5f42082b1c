import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./hold-postgres.mjs', import.meta.url))

/** A process of its own that starts Postgres on a data folder and holds it until its input ends or it is killed. */
export interface Holder {
  readonly process: ChildProcess
  /** The first line it prints: `{url, pid}` of its Postgres, or `{code, message}` of the error. */
  readonly answer: Promise<{ url?: string; pid?: number; code?: string; message?: string }>
  readonly exited: Promise<void>
}

/** Starts a holder, as another user if a uid is given (then only root may call this). */
export function startHolder(dataDir: string, user: { uid: number; gid: number } | object = {}): Holder {
  const child = spawn(process.execPath, [PROGRAM, dataDir], {
    ...user,
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answer = new Promise<string>((resolve) => {
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stdout.on('close', () => resolve('{"code":"no-answer"}'))
    child.stdout.on('data', () => output.includes('\n') && resolve(output))
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return { process: child, answer: answer.then((line) => JSON.parse(line)), exited }
}
