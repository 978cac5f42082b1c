import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { lockSweep } from './lock-sweep.js'

/**
 * Running or paused → completed, if no trial of it is queued or running. Asked after each trial, so it must not count
 * them, and looks before it locks: only the last trial has to wait for a retry that may be under way.
 */
export async function completeSweep(prisma: PrismaClient, sweepId: string): Promise<boolean> {
  if (!isUuid(sweepId)) return false
  const [ended] = await prisma.$queryRaw<unknown[]>`
    SELECT FROM sweep
    WHERE id = ${sweepId}::uuid AND state IN ('running', 'paused')
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running')`
  if (ended === undefined) return false
  const completed = await lockSweep(
    prisma,
    sweepId,
    (transaction) => transaction.$executeRaw`
      UPDATE sweep SET state = 'completed', pause_reason = NULL, finished_at = now()
      WHERE id = ${sweepId}::uuid AND state IN ('running', 'paused')
        AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
        AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running')`,
  )
  return completed === 1
}

/** Completes every sweep whose trials have all ended; answers how many this call did. */
export async function completeEndedSweeps(prisma: PrismaClient): Promise<number> {
  const ended = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM sweep
    WHERE state IN ('running', 'paused')
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running')`
  let completed = 0
  for (const { id } of ended) if (await completeSweep(prisma, id)) completed++
  return completed
}
