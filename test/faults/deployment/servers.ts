import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CleanUp } from '@sweepd/process'
import {
  openTcpProxy,
  startTestPostgres,
  startTestRedis,
  type TcpProxy,
  type TestServer,
} from '@sweepd/testing'
import { mountSmallDisk, type SmallDisk } from './small-disk.js'

/** Where the queue is kept. */
export const QUEUE_BACKENDS = ['postgres', 'redis'] as const
/** Where the queue is kept. */
export type QueueBackend = (typeof QUEUE_BACKENDS)[number]

/** What a fault needs besides servers and processes. */
export interface Needs {
  /** Proxies in front of the servers, with which their network can fail. */
  readonly doors?: true
  /** A small disk under Postgres. */
  readonly smallDisk?: true
}

/** A Postgres and, for a queue in Redis, a Redis, with what a fault needs around them. */
export interface Servers {
  /** For data and logs; removed at the end. */
  readonly folder: string
  readonly postgres: TestServer
  readonly redis: TestServer | undefined
  readonly disk: SmallDisk | undefined
  readonly doors: { readonly postgres: TcpProxy; readonly redis: TcpProxy | undefined } | undefined
}

/** Starts the servers; `cleanUp` ends what was started, also if the rest fails. */
export async function startServers(backend: QueueBackend, needs: Needs, cleanUp: CleanUp): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'sweepd-faults-'))
  cleanUp.add(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'data'))
  const disk = needs.smallDisk && (await mountSmallDisk(join(folder, 'disk')))
  if (disk) cleanUp.add(() => disk.close())
  const postgres = await startTestPostgres({ dataDir: join(disk?.folder ?? folder, 'postgres') })
  cleanUp.add(() => postgres.stop())
  const redis = backend === 'redis' ? await startTestRedis() : undefined
  if (redis) cleanUp.add(() => redis.stop())
  const doors = needs.doors && (await openDoors(postgres, redis, cleanUp))
  return { folder, postgres, redis, disk, doors }
}

async function openDoors(postgres: TestServer, redis: TestServer | undefined, cleanUp: CleanUp) {
  const open = async ({ url }: TestServer) => {
    const door = await openTcpProxy(url)
    cleanUp.add(() => door.close())
    return door
  }
  return { postgres: await open(postgres), redis: redis && (await open(redis)) }
}
