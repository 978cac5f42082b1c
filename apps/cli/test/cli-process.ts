import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, vi } from 'vitest'
import { PROJECT_ROOT } from '../src/project-root.js'

const MAIN = resolve(PROJECT_ROOT, 'apps/cli/dist/main.js')
const START_MS = 60_000

/** A process of the command line. */
export interface Cli {
  readonly process: ChildProcess
  /** All that it has written so far, to both streams. */
  readonly output: () => string
  /** What it has written to standard output. */
  readonly stdout: () => string
  readonly ended: Promise<number | null>
}

/** Starts a script, by default the built `sweepd`, without any of the services that the environment may name. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>, script = MAIN): Cli {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', API_TOKEN: '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, stdout] = ['', '']
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (stream === child.stdout) stdout += text
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { process: child, output: () => output, stdout: () => stdout, ended }
}

/** Runs it to its end. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>>) {
  const cli = startCli(args, env)
  return { code: await cli.ended, output: cli.output(), stdout: cli.stdout() }
}

/** Starts `sweepd up` on this data folder and waits until it is up; returns where its API is. */
export async function startUp(dataDir: string, env: Readonly<Record<string, string>> = {}) {
  const up = startCli(['up'], { SWEEPD_DATA_DIR: dataDir, WORKER_SLOTS: '1', ...env })
  await vi.waitFor(() => expect(up.output()).toContain('sweepd is up.'), START_MS)
  return { up, url: /API +(http:\S+)/.exec(up.output())?.[1] ?? '' }
}

/** Ends `sweepd up`, if it has come so far, and removes the folder of its tests. */
export async function endUp(up: Cli | undefined, folder: string): Promise<void> {
  up?.process.kill('SIGTERM')
  await up?.ended
  rmSync(folder, { recursive: true, force: true })
}
