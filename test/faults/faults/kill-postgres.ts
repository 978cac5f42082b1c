import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.js'

/** Postgres dies with all its processes and is started again. */
export const killPostgres: Fault = {
  name: 'kill-postgres',
  title: 'kill -9 of Postgres, started again',
  async inject({ deployment: { servers }, form }) {
    await servers.postgres.kill()
    await delay(form.restartMs)
    await servers.postgres.restart()
  },
}
