import type { Fault } from '../fault.js'
import { pick } from '../random.js'

/** A worker dies with its trials, and nobody starts another one. */
export const killWorker: Fault = {
  name: 'kill-worker',
  title: 'kill -9 of a worker, not replaced',
  interrupts: true,
  async inject({ deployment, random }) {
    await pick(random, deployment.workers).kill()
  },
}
