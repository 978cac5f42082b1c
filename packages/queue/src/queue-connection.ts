/** Where the queue is kept. */
export interface QueueConnection {
  /** Set: the queue is kept in this Redis, such as `redis://host:6379`. Unset: in the Postgres of `databaseUrl`. */
  readonly redisUrl?: string | undefined
  /** The Postgres that keeps the queue, in the schema `bullmq`, if there is no Redis. */
  readonly databaseUrl: string
}

/** What both ends of the queue may be told. */
export interface QueueOptions {
  /** Told of faults that are survived, such as a lost connection; the same message at most once in ten seconds. */
  readonly onError?: ((error: Error) => void) | undefined
}

/** Queue name and key prefix; producers and consumers meet here. */
export const QUEUE_NAME = 'trials'
export const QUEUE_PREFIX = 'sweepd'
