import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.js'

/** The api dies and is started again, as a supervisor does. */
export const killApi: Fault = {
  name: 'kill-api',
  title: 'kill -9 of the api, started again',
  async inject({ deployment, form }) {
    await deployment.api.kill()
    await delay(form.restartMs)
    await deployment.startApi()
  },
}
