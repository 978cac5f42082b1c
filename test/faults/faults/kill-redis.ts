import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.js'

/** Redis dies and is started again; what it had not written to its file yet is lost. */
export const killRedis: Fault = {
  name: 'kill-redis',
  title: 'kill -9 of Redis, started again',
  backend: 'redis',
  async inject({ deployment: { servers }, form }) {
    await servers.redis?.kill()
    await delay(form.restartMs)
    await servers.redis?.restart()
  },
}
