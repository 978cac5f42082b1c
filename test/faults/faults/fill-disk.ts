import { setTimeout as delay } from 'node:timers/promises'
import { askPostgres } from '../deployment/ask-postgres.js'
import { findDiskObstacle } from '../deployment/small-disk.js'
import type { Fault } from '../fault.js'

/** The disk under the data folder fills up, and is freed later; a Postgres that ended over it is started again. */
export const fillDisk: Fault = {
  name: 'fill-disk',
  title: 'disk of the data folder full for a while',
  needs: { smallDisk: true },
  findObstacle: findDiskObstacle,
  async inject({ deployment: { servers }, form }) {
    await servers.disk?.fill()
    await delay(form.outageMs)
    await servers.disk?.clear()
    if (await answers(servers.postgres.url)) return
    await servers.postgres.kill()
    await servers.postgres.restart()
  },
}

const answers = (databaseUrl: string): Promise<boolean> =>
  askPostgres(databaseUrl, 'SELECT 1').then(
    () => true,
    () => false,
  )
