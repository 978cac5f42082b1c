import { spawn } from 'node:child_process'

/** A tool that an installation needs is missing or failed; the message says which, why and what to do. */
export class InstallationError extends Error {
  override readonly name = 'InstallationError'
  readonly code = 'installation-failed'
}

export interface ToolOptions {
  readonly cwd?: string
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** Lines of a failed tool's output that are shown: the last ones name the fault. */
const TAIL_LINES = 6

/**
 * Runs a program and waits for its end.
 * @returns what it wrote to standard output
 * @throws InstallationError if it is missing or fails, with the end of what it wrote; the signal's reason if that aborts
 */
export function runTool(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: ToolOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // A group of its own is not needed: pip, npm and g++ end their helpers themselves on SIGTERM.
    const stop = () => child.kill('SIGTERM')
    signal?.addEventListener('abort', stop, { once: true })
    let [output, faults] = ['', '']
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stderr.on('data', (text) => {
      faults += text
    })
    child.once('error', (error) =>
      reject(new InstallationError(`${command} cannot be run: ${error.message}`)),
    )
    child.once('close', (code, reason) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) reject(signal.reason)
      else if (code === 0) resolve(output)
      else
        reject(
          new InstallationError(
            describeFailure(command, args, reason ?? `exit code ${code}`, faults || output),
          ),
        )
    })
  })
}

function describeFailure(command: string, args: readonly string[], end: string, text: string): string {
  const tail = text.trim().split('\n').slice(-TAIL_LINES).join('\n  ')
  return `${[command, ...args.slice(0, 3)].join(' ')} … failed (${end}):\n  ${tail}`
}
