import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { hyperparametersSchema, toPair } from '@sweepd/core'
import type { NetworkOptions } from '@sweepd/model'
import type { Contender } from './contender.js'

/** Debian's python3-torch is built for Debian's Python; another Python may stand first in the PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3']

/** One thread, and no greetings of TensorFlow on standard output. */
const ENVIRONMENT = { OMP_NUM_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' }

/** A script in bench/peers, whose name must not be that of a library, and what it is told besides the network. */
export interface PeerKind {
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
}

/** Everybody who is measured with `--peers`. */
export const PEERS: readonly PeerKind[] = [
  { name: 'PyTorch, default', script: 'pytorch-peer.py', args: ['default'] },
  { name: 'PyTorch, channels last', script: 'pytorch-peer.py', args: ['channels-last'] },
  { name: 'Keras', script: 'keras-peer.py', args: [] },
]

/** Starts a peer on a network; undefined where no Python has its library. */
export async function startPeer(
  { name, script, args }: PeerKind,
  network: Partial<NetworkOptions>,
): Promise<Contender | undefined> {
  const { kernel, stride, ...options } = hyperparametersSchema.parse(network)
  const description = JSON.stringify({ ...options, kernel: toPair(kernel), stride: toPair(stride) })
  const path = new URL(`./peers/${script}`, import.meta.url).pathname
  for (const python of PYTHONS) {
    const child = spawn(python, [path, description, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...ENVIRONMENT },
    })
    child.on('error', () => {})
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const version = await lines.next()
    if (version.done) continue
    return {
      name: `${name} (${version.value})`,
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
