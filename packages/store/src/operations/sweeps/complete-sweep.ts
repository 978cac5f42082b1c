import { type Database, LONG_MS, type Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { lockSweep } from './lock-sweep.js'

/** Whether all trials of `sweep` have ended and no more follow: two looks into an index, however many there are. */
const HAS_ENDED = Prisma.sql`
  state IN ('running', 'paused') AND NOT growing
  AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
  AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running')`

/**
 * Running or paused → completed, if no trial of it is queued or running. Asked after each trial, so it must not count
 * them, and looks before it locks: only the last trial has to wait for a retry that may be under way.
 */
export async function completeSweep(database: Database, sweepId: string): Promise<boolean> {
  if (!isUuid(sweepId)) return false
  const ended = await database.prepared(
    Prisma.sql`SELECT 1 FROM sweep WHERE id = ${sweepId}::uuid AND ${HAS_ENDED}`,
  )
  if (ended.length === 0) return false
  const isCompleted = await lockSweep(
    database,
    sweepId,
    async (transaction) => {
      const completed = await transaction.execute(Prisma.sql`
        UPDATE sweep SET state = 'completed', pause_reason = NULL, finished_at = now()
        WHERE id = ${sweepId}::uuid AND ${HAS_ENDED}`)
      if (completed === 1) await recount(transaction, sweepId)
      return completed === 1
    },
    { statementMs: LONG_MS },
  )
  return isCompleted ?? false
}

/** Completes every sweep whose trials have all ended; returns how many this call did. */
export async function completeEndedSweeps(database: Database): Promise<number> {
  const ended = await database.query<{ id: string }>(Prisma.sql`SELECT id FROM sweep WHERE ${HAS_ENDED}`)
  let completed = 0
  for (const { id } of ended) if (await completeSweep(database, id)) completed++
  return completed
}

/**
 * Counts the trials of an ended sweep once and for all, and replaces its tallies by one: a sweep at rest is read
 * faster, and whatever might have set its tallies wrong is mended. Its lock keeps retries away meanwhile.
 */
async function recount(transaction: Queryable, sweepId: string): Promise<void> {
  await transaction.execute(Prisma.sql`DELETE FROM sweep_tally WHERE sweep_id = ${sweepId}::uuid`)
  await transaction.execute(Prisma.sql`
    INSERT INTO sweep_tally (sweep_id, shard, completed, pruned, failed, cancelled, epochs, epochs_done,
                             train_duration_us)
    SELECT sweep_id, 0, count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'pruned'),
           count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'), sum(epochs),
           sum(epochs_done), sum(round(train_duration_ms * 1000)::bigint)
    FROM trial WHERE sweep_id = ${sweepId}::uuid GROUP BY sweep_id`)
}
