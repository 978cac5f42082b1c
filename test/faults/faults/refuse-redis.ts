import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.js'

/** Nobody reaches Redis: connections are cut and refused for a while. */
export const refuseRedis: Fault = {
  name: 'refuse-redis',
  title: 'connections to Redis cut and refused for a while',
  backend: 'redis',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.redis?.shut()
    await delay(form.outageMs)
    await servers.doors?.redis?.reopen()
  },
}
