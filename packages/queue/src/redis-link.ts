import { createRedisBackend, type RedisQueueBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { QUEUE_NAME, QUEUE_PREFIX } from './queue-connection.js'
import { asking, hostOf, QueueError, type QueueServer } from './queue-error.js'
import type { QueueLink, QueueRole } from './queue-link.js'
import { findRedisFaults } from './redis-faults.js'

const TIMEOUT_MS = 5_000

/** Longer than the longest blocking command: BullMQ waits 10 s for a job. */
const CONSUMER_TIMEOUT_MS = 15_000

const RECONNECTING = {
  connectTimeout: TIMEOUT_MS,
  retryStrategy: (times: number) => Math.min(times * 100, 2_000),
}

/** No offline queue and a time limit: while Redis is away, commands are refused instead of hanging. */
const FAILING_FAST = {
  ...RECONNECTING,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: TIMEOUT_MS,
}

const OPTIONS = {
  producer: FAILING_FAST,
  consumer: { ...RECONNECTING, maxRetriesPerRequest: null, commandTimeout: CONSUMER_TIMEOUT_MS },
} satisfies Record<QueueRole, object>

/** Connects to Redis. Throws QueueError if it cannot be reached or is too old; other faults go to `onError`. */
export async function openRedisLink(
  redisUrl: string,
  role: QueueRole,
  onError: (error: Error) => void,
): Promise<QueueLink> {
  const server: QueueServer = { name: `Redis at ${hostOf(redisUrl, 6379)}`, variable: 'REDIS_URL' }
  await asking(server, 'connect to the queue', () => inspectRedis(redisUrl, server, onError))
  const redis = new Redis(redisUrl, OPTIONS[role])
  // BullMQ reports errors while it is open; ioredis prints those that nobody listens to.
  redis.on('error', () => {})
  const backends: RedisQueueBackend[] = []
  return {
    server,
    backend: (name, opts, more) => {
      const backend = createRedisBackend(name, { ...opts, connection: redis }, more)
      backends.push(backend)
      return backend
    },
    ping: () => asking(server, 'reach the queue', async () => void (await redis.ping())),
    listHeld: async (jobIds) => {
      const pipeline = redis.pipeline()
      for (const jobId of jobIds) pipeline.exists(`${QUEUE_PREFIX}:${QUEUE_NAME}:${jobId}`)
      const replies = (await pipeline.exec()) ?? []
      for (const [error] of replies) if (error) throw error
      return jobIds.filter((_, index) => replies[index]?.[1] === 1)
    },
    isTransient: () => false,
    close: async () => {
      redis.disconnect()
      for (const { blockingClient } of backends) void blockingClient?.then((client) => client.disconnect())
    },
  }
}

/** Looks at the server over a connection of its own, which never hangs, whatever the role. */
async function inspectRedis(
  redisUrl: string,
  server: QueueServer,
  onError: (error: Error) => void,
): Promise<void> {
  const probe = new Redis(redisUrl, { ...FAILING_FAST, lazyConnect: true, retryStrategy: null })
  let lastError: Error | undefined
  probe.on('error', (error) => {
    lastError = error
  })
  try {
    await probe.connect()
    const faults = findRedisFaults(await probe.info())
    for (const fault of faults.fatal) throw new QueueError(`${server.name} cannot keep the queue: ${fault}.`)
    for (const fault of faults.harmful)
      onError(new QueueError(`${server.name} is unsafe for a queue: ${fault}.`))
  } catch (error) {
    // `connect` only says that the connection is closed; the event before said why.
    throw error instanceof QueueError ? error : (lastError ?? error)
  } finally {
    probe.disconnect()
  }
}
