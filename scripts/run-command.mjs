import { spawn } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Signals that a terminal or a service manager ends a process with. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What keeps the tools that we start from reporting to their makers, or asking them for news. */
const PRIVATE = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' }

/**
 * Runs a command in the project's root and returns its exit code and, if it was quiet, what it wrote. A signal that asks
 * this process to end ends the command too, and then this process.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runCommand(command, args, { quiet = false, env = process.env } = {}) {
  return new Promise((fulfil, reject) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const child = spawn(command, args, { cwd: ROOT, env: { ...env, ...PRIVATE }, stdio })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    let endedBy
    const passOn = (signal) => {
      endedBy = signal
      child.kill(signal)
    }
    for (const signal of END_SIGNALS) process.on(signal, passOn)
    const forget = () => {
      for (const signal of END_SIGNALS) process.off(signal, passOn)
    }
    child.on('error', (error) => {
      forget()
      reject(error)
    })
    child.on('close', (code) => {
      forget()
      if (endedBy) process.kill(process.pid, endedBy)
      else fulfil({ code: code ?? 1, output })
    })
  })
}

/** Seconds since `startedAt`, a value of `performance.now()`, as `12.3 s`. */
export const secondsSince = (startedAt) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
