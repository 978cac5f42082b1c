import { setTimeout as delay } from 'node:timers/promises'
import { askPostgres } from '../deployment/ask-servers.js'
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
    if (await succeeds(servers.postgres.url, FIVE_MEGABYTES)) throw new Error('the disk was not full')
    await delay(form.outageMs)
    await servers.disk?.clear()
    if (await succeeds(servers.postgres.url, 'SELECT 1')) return
    await servers.postgres.kill()
    await servers.postgres.restart()
  },
}

/** More than what Postgres has set aside in its files. */
const FIVE_MEGABYTES = 'CREATE TABLE journal.ballast AS SELECT random() FROM generate_series(1, 150000)'

const succeeds = (databaseUrl: string, sql: string): Promise<boolean> =>
  askPostgres(databaseUrl, sql).then(
    () => true,
    () => false,
  )
