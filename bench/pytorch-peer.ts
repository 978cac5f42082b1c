import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A peer that trains the same network in another process. */
export interface Peer {
  readonly name: string
  /** Trains so many steps; answers the mean time of one in milliseconds. */
  measure(steps: number): Promise<number>
  close(): Promise<void>
}

const SCRIPT = new URL('./peers/pytorch.py', import.meta.url).pathname

/** Debian's python3-torch is built for Debian's Python; another Python may stand first in the PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3']

/** Starts PyTorch on a network; undefined where no Python has it. */
export async function startPyTorch(
  network: string,
  layout: 'default' | 'channels-last',
): Promise<Peer | undefined> {
  for (const python of PYTHONS) {
    const child = spawn(python, [SCRIPT, network, layout], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    })
    child.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const version = await lines.next()
    if (version.done) continue
    return {
      name: `PyTorch ${version.value} ${layout}`,
      async measure(steps) {
        child.stdin.write(`${steps}\n`)
        return Number((await lines.next()).value)
      },
      async close() {
        const exited = once(child, 'exit')
        child.stdin.end()
        await exited
      },
    }
  }
  return undefined
}
