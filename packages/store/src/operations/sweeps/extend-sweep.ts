import { formatVersionOf, toStoredDefinition } from '@sweepd/core'
import type { SweepExtension } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

/**
 * Gives a sweep a wider definition and more trials to have. Growing and state change with it, so that it neither ends
 * before the first of them is added nor waits for one that never comes.
 */
export function extendSweep(
  database: Database,
  sweepId: string,
  { definition, planned, endReason }: SweepExtension,
): Promise<boolean | undefined> {
  return lockSweep(database, sweepId, async (transaction, state) => {
    if (state === 'cancelled') return false
    const extended = await transaction.execute(Prisma.sql`
      WITH counted AS (
        SELECT coalesce(sum(queued + running + completed + pruned + failed + cancelled), 0) AS trials
        FROM sweep_tally WHERE sweep_id = ${sweepId}::uuid
      )
      UPDATE sweep
      SET definition = ${JSON.stringify(toStoredDefinition(definition))}::jsonb,
          format_version = ${formatVersionOf(definition)}::int, planned = ${planned}::int,
          end_reason = ${endReason}::text, growing = ${planned}::int > counted.trials,
          state = CASE WHEN state = 'completed' AND ${planned}::int > counted.trials
                       THEN 'running' ELSE state END,
          finished_at = CASE WHEN ${planned}::int > counted.trials THEN NULL ELSE finished_at END
      FROM counted WHERE id = ${sweepId}::uuid AND ${planned}::int >= counted.trials`)
    return extended === 1
  })
}
