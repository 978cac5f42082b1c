import { listTrainingChildren } from '../deployment/list-children.js'
import type { Fault } from '../fault.js'
import { pick } from '../random.js'

/** The process that trains dies, as when the system runs out of memory; its worker lives. */
export const killTrainingChild: Fault = {
  name: 'kill-training-child',
  title: 'kill -9 of a training child',
  interrupts: true,
  async inject({ deployment, random }) {
    const worker = pick(random, deployment.workers)
    process.kill(pick(random, await listTrainingChildren(worker.pid)), 'SIGKILL')
  },
}
