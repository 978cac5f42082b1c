import type { BackendFactory, IQueueBackend } from 'bullmq'
import { openPostgresLink } from './postgres-link.js'
import type { QueueConnection } from './queue-connection.js'
import type { QueueServer } from './queue-error.js'
import { openRedisLink } from './redis-link.js'

/** A producer fails fast; a consumer waits for its server to come back. */
export type QueueRole = 'producer' | 'consumer'

/** Connections to the server that keeps the queue, checked and ready. */
export interface QueueLink {
  readonly server: QueueServer
  /** Puts BullMQ's classes on these connections, whatever `connection` they are given. */
  readonly backend: BackendFactory<IQueueBackend, unknown>
  /** Throws if the server does not answer within five seconds. */
  ping(): Promise<void>
  /** Those of these jobs that the queue holds in any state, by id. */
  listHeld(jobIds: readonly string[]): Promise<readonly string[]>
  /** Whether this error may pass if the same is tried again. */
  isTransient(error: unknown): boolean
  /** Ends the connections at once. */
  close(): Promise<void>
}

/** Connects to Redis or Postgres. Throws QueueError if the server cannot be reached or is unsuitable. */
export function openQueueLink(
  { redisUrl, databaseUrl }: QueueConnection,
  role: QueueRole,
  onError: (error: Error) => void,
): Promise<QueueLink> {
  return redisUrl === undefined ? openPostgresLink(databaseUrl, role) : openRedisLink(redisUrl, role, onError)
}
