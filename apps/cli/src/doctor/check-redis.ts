import { openTrialQueue, QueueError } from '@sweepd/queue'
import type { Env } from '../env.js'
import { type Finding, faultOf, ok } from './finding.js'

/** Whether the queue can be kept in the Redis of REDIS_URL; opens it as a worker does. */
export async function checkRedis({
  REDIS_URL,
  DATABASE_URL,
}: Pick<Env, 'REDIS_URL' | 'DATABASE_URL'>): Promise<Finding> {
  if (REDIS_URL === undefined) return ok('queue', 'in Postgres, as REDIS_URL is not set')
  try {
    const queue = await openTrialQueue({ redisUrl: REDIS_URL, databaseUrl: DATABASE_URL ?? '' })
    try {
      await queue.ping()
      return ok('queue', `in Redis, with ${await queue.countWaitingJobs()} jobs waiting`)
    } finally {
      await queue.close()
    }
  } catch (error) {
    if (!(error instanceof QueueError)) throw error
    return faultOf('queue', error, 'Start Redis, or unset REDIS_URL to keep the queue in Postgres.')
  }
}
