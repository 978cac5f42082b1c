import { explainWaiting, type WaitingFacts } from '@sweepd/scheduler'
import type { Prisma } from '../../generated/client.js'
import { WORKER_STATE } from '../workers/list-workers.js'

/** Why a queued trial is not running, in one sentence. */
export async function findWaitingReason(
  transaction: Prisma.TransactionClient,
  trialId: string,
): Promise<string | null> {
  const [facts] = await transaction.$queryRaw<WaitingFacts[]>`
    WITH w AS (SELECT w.id, w.slots, ${WORKER_STATE} AS state FROM worker w)
    SELECT s.state AS "sweepState", s.pause_reason AS "pauseReason", t.not_before AS "notBefore", now() AS now,
           s.max_parallel AS "maxParallel",
           (SELECT count(*) FROM trial r WHERE r.sweep_id = s.id AND r.state = 'running')::int AS "runningOfSweep",
           (SELECT count(*) FROM w WHERE state = 'alive')::int AS workers,
           (SELECT coalesce(sum(slots), 0) FROM w WHERE state = 'alive')::int AS slots,
           (SELECT count(*) FROM attempt a JOIN w ON w.id = a.worker_id
            WHERE a.lease_expires_at IS NOT NULL AND a.outcome = 'running' AND w.state = 'alive')::int AS "busySlots",
           (SELECT count(*) FROM w WHERE state = 'draining')::int AS "drainingWorkers",
           EXISTS (
             SELECT FROM sweep o
             WHERE o.state = 'running' AND o.priority > s.priority
               AND EXISTS (SELECT FROM trial q WHERE q.sweep_id = o.id AND q.state = 'queued')
               AND (o.max_parallel IS NULL OR o.max_parallel > (
                 SELECT count(*) FROM trial r WHERE r.sweep_id = o.id AND r.state = 'running'
               ))
           ) AS "isOutranked"
    FROM trial t JOIN sweep s ON s.id = t.sweep_id
    WHERE t.id = ${trialId}::uuid`
  return facts ? explainWaiting(facts) : null
}
