import { judgeFailures } from '@sweepd/scheduler'
import type { Prisma, PrismaClient } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

type FailureRow = Omit<Parameters<typeof judgeFailures>[0], 'sweepId'>

/** running → paused, with the reason, if too large a share of its trials failed. True if this call did it. */
export async function pauseFailingSweep(prisma: PrismaClient, sweepId: string): Promise<boolean> {
  const isPaused = await lockSweep(prisma, sweepId, async (transaction, state) => {
    const facts = state === 'running' ? await readFailures(transaction, sweepId) : undefined
    const pauseReason = facts && judgeFailures({ ...facts, sweepId })
    if (pauseReason === undefined) return false
    await transaction.sweep.update({ where: { id: sweepId }, data: { state: 'paused', pauseReason } })
    return true
  })
  return isPaused ?? false
}

async function readFailures(
  transaction: Prisma.TransactionClient,
  sweepId: string,
): Promise<FailureRow | undefined> {
  const [row] = await transaction.$queryRaw<FailureRow[]>`
    SELECT (s.definition ->> 'maxFailureShare')::float8 AS "maxFailureShare", s.forgiven, t.*,
           coalesce((
             SELECT error_message FROM trial WHERE sweep_id = s.id AND state = 'failed'
             ORDER BY finished_at DESC LIMIT 1
           ), '') AS "lastError"
    FROM sweep s
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS total, count(*) FILTER (WHERE state = 'queued')::int AS queued,
             count(*) FILTER (WHERE state NOT IN ('queued', 'running'))::int AS ended,
             count(*) FILTER (WHERE state = 'failed')::int AS failed
      FROM trial WHERE sweep_id = s.id
    ) t
    WHERE s.id = ${sweepId}::uuid`
  return row
}
