import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

interface DockerOptions {
  readonly cwd?: string
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly limitMs?: number
}

/** Lines of a failed command that are shown. */
const TAIL_LINES = 15

/** Runs docker. @returns what it wrote to standard output @throws Error with the end of what it wrote, if it fails */
export async function docker(
  args: readonly string[],
  { cwd, env, limitMs = 60_000 }: DockerOptions = {},
): Promise<string> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, timeout: limitMs, maxBuffer: 2 ** 26 }
    const { stdout } = await run('docker', [...args], options)
    return stdout.trim()
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-TAIL_LINES).join('\n  ')
    throw new Error(`docker ${args.slice(0, 4).join(' ')} … failed: ${message.split('\n', 1)[0]}\n  ${tail}`)
  }
}

/** Between two looks at containers: each look starts a process in one, on a machine that also trains. */
export const POLL_MS = 1000

/** Why containers cannot be tested here; undefined if they can. */
export async function findDockerFault(): Promise<string | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'])
    await docker(['compose', 'version', '--short'])
    return undefined
  } catch (error) {
    return `no Docker engine with Compose responds: ${(error as Error).message}`
  }
}
