import { openTrialQueue } from '@sweepd/queue'
import { askPostgres, askRedis } from '../deployment/ask-servers.js'
import type { Fault } from '../fault.js'

/** Redis forgets everything at once. */
export const flushRedis: Fault = {
  name: 'flush-redis',
  title: 'FLUSHALL in Redis',
  backend: 'redis',
  async inject({ deployment: { servers } }) {
    const reply = await askRedis(servers.redis?.url ?? '', 'FLUSHALL')
    if (reply !== '+OK') throw new Error(`Redis answered FLUSHALL with ${reply}`)
  },
}

/**
 * Every job is delivered twice more, of running trials too. The queue keeps one job of a name, so these go by other
 * names: an id in capitals is the same to Postgres.
 */
export const repeatJobs: Fault = {
  name: 'repeat-jobs',
  title: 'each job delivered three times',
  async inject({ deployment: { servers } }) {
    const open = await askPostgres<{ trialId: string; attempts: number }>(
      servers.postgres.url,
      `SELECT id AS "trialId", attempts FROM trial WHERE state IN ('queued', 'running')`,
    )
    const queue = await openTrialQueue({ redisUrl: servers.redis?.url, databaseUrl: servers.postgres.url })
    const jobs = open.flatMap(({ trialId, attempts }) =>
      [attempts, attempts + 1].filter(Boolean).map((attempt) => ({ trialId, attempt })),
    )
    try {
      await queue.enqueue(jobs.map((job) => ({ ...job, trialId: job.trialId.toUpperCase() })))
      await queue.enqueue(jobs.map((job) => ({ ...job, trialId: capitalizeEnd(job.trialId) })))
    } finally {
      await queue.close()
    }
  },
}

const capitalizeEnd = (id: string): string => id.slice(0, -12) + id.slice(-12).toUpperCase()
