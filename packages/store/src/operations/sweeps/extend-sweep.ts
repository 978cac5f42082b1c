import { formatVersionOf, toStoredDefinition } from '@sweepd/core'
import type { SweepExtension } from '@sweepd/scheduler'
import type { Database, Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { holdDataset } from './insert-sweep.js'
import { lockSweep } from './lock-sweep.js'

/**
 * Gives a sweep a wider definition and more trials to have. Growing and state change with it, so that it neither ends
 * before the first of them is added nor waits for one that never comes.
 */
export function extendSweep(
  database: Database,
  sweepId: string,
  { definition, planned, endReason, skipped, maxTrialMemoryMiB }: SweepExtension,
): Promise<boolean | undefined> {
  return lockSweep(database, sweepId, async (transaction, state) => {
    if (state === 'cancelled') return false
    await holdOwnDataset(transaction, sweepId)
    const extended = await transaction.execute(Prisma.sql`
      WITH counted AS (
        SELECT coalesce(sum(queued + running + completed + pruned + failed + cancelled), 0) AS trials
        FROM sweep_tally WHERE sweep_id = ${sweepId}::uuid
      )
      UPDATE sweep
      SET definition = ${JSON.stringify(toStoredDefinition(definition))}::jsonb,
          format_version = ${formatVersionOf(definition)}::int, planned = ${planned}::int,
          end_reason = ${endReason}::text, max_trial_memory_mib = ${maxTrialMemoryMiB}::float8,
          skipped = coalesce(${skipped === undefined ? null : JSON.stringify(skipped)}::jsonb, skipped), growing = ${planned}::int > counted.trials,
          state = CASE WHEN state = 'completed' AND ${planned}::int > counted.trials
                       THEN 'running' ELSE state END,
          finished_at = CASE WHEN ${planned}::int > counted.trials THEN NULL ELSE finished_at END
      FROM counted WHERE id = ${sweepId}::uuid AND ${planned}::int >= counted.trials`)
    return extended === 1
  })
}

/** A sweep that has ended does not keep its data set: it may have been removed, or be another under the same name. */
async function holdOwnDataset(transaction: Queryable, sweepId: string): Promise<void> {
  const [own] = await transaction.query<{ dataset: string; digest: string }>(Prisma.sql`
    SELECT definition ->> 'dataset' AS dataset, dataset_digest AS digest
    FROM sweep WHERE id = ${sweepId}::uuid AND dataset_digest IS NOT NULL`)
  if (own !== undefined) await holdDataset(transaction, own.dataset, own.digest)
}
