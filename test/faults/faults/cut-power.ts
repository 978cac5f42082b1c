import type { Fault } from '../fault.js'

/** Everything dies at once and is started again. */
export const cutPower: Fault = {
  name: 'cut-power',
  title: 'kill -9 of everything, started again',
  interrupts: true,
  async inject({ deployment, form }) {
    const { postgres, redis } = deployment.servers
    await Promise.all([deployment.kill(), postgres.kill(), redis?.kill()])
    await Promise.all([postgres.restart(), redis?.restart()])
    const workers = Array.from({ length: form.workers }, () => deployment.startWorker())
    await Promise.all([deployment.startApi(), ...workers])
  },
}
