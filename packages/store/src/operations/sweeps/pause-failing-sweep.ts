import { judgeFailures } from '@sweepd/scheduler'
import type { Database, Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

type FailureRow = Parameters<typeof judgeFailures>[0]

/** running → paused, with the reason, if too large a share of its trials failed. True if this call did it. */
export async function pauseFailingSweep(database: Database, sweepId: string): Promise<boolean> {
  const isPaused = await lockSweep(database, sweepId, async (transaction, state) => {
    const facts = state === 'running' ? await readFailures(transaction, sweepId) : undefined
    const pauseReason = facts && judgeFailures(facts)
    if (pauseReason === undefined) return false
    await transaction.execute(Prisma.sql`
      UPDATE sweep SET state = 'paused', pause_reason = ${pauseReason} WHERE id = ${sweepId}::uuid`)
    return true
  })
  return isPaused ?? false
}

async function readFailures(transaction: Queryable, sweepId: string): Promise<FailureRow | undefined> {
  const [row] = await transaction.query<FailureRow>(Prisma.sql`
    SELECT (s.definition ->> 'maxFailureShare')::float8 AS "maxFailureShare", s.forgiven, t.*,
           coalesce((
             SELECT error_message FROM trial WHERE sweep_id = s.id AND state = 'failed'
             ORDER BY finished_at DESC LIMIT 1
           ), '') AS "lastError"
    FROM sweep s
    CROSS JOIN LATERAL (
      SELECT sum(queued + running + completed + pruned + failed + cancelled)::int AS total, sum(queued)::int AS queued,
             sum(completed + pruned + failed + cancelled)::int AS ended, sum(failed)::int AS failed
      FROM sweep_tally WHERE sweep_id = s.id
    ) t
    WHERE s.id = ${sweepId}::uuid`)
  return row
}
