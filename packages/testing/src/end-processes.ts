import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { runAfterOurEnd } from '@sweepd/process'
import { waitUntil } from './wait-until.js'

const run = promisify(execFile)

/** Ends a process once this one is gone, even after kill -9. Returns how to call it off. */
export const dieWithUs = (pid: number): (() => void) => runAfterOurEnd('kill -9 "$0"', String(pid))

/**
 * Ends a process and its children with SIGKILL and waits until they are gone. Postgres' backends would otherwise
 * outlive the postmaster for a moment and respond as if nothing had happened.
 */
export async function killFamily(pid: number): Promise<void> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='])
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const children = processes.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))
  const family = [pid, ...children]
  for (const member of family) signal(member, 'SIGKILL')
  await waitUntil('the killed processes are gone', () => !family.some((member) => signal(member, 0)))
}

/** False if there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
