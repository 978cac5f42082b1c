import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../fault.js'

/** Nobody reaches Postgres: connections are cut and refused for a while. */
export const refusePostgres: Fault = {
  name: 'refuse-postgres',
  title: 'connections to Postgres cut and refused for a while',
  needs: { doors: true },
  async inject({ deployment: { servers }, form }) {
    await servers.doors?.postgres.shut()
    await delay(form.outageMs)
    await servers.doors?.postgres.reopen()
  },
}
