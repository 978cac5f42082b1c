import { type Accounting, REPEAT_REASONS, type RepeatReason, type TrialCounts } from '@sweepd/core'
import type { Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'

interface RepeatRow {
  readonly sweepId: string
  readonly reason: RepeatReason
  readonly attempts: number
}

/** What became of the planned trials of these sweeps. */
export async function accountForTrials(
  transaction: Queryable,
  sweepIds: readonly string[],
): Promise<(sweep: { id: string; planned: number }, counts: TrialCounts) => Accounting> {
  const repeats = await countRepeats(transaction, sweepIds)
  const duplicates = await countDuplicates(transaction, sweepIds)
  return ({ id, planned }, { completed, failed }) => {
    const ofSweep = repeats.filter(({ sweepId }) => sweepId === id)
    const count = (reason: RepeatReason) => ofSweep.find((row) => row.reason === reason)?.attempts ?? 0
    return {
      planned,
      completed,
      failed,
      duplicates: duplicates.get(id) ?? 0,
      attemptsBeyondFirst: {
        total: ofSweep.reduce((sum, { attempts }) => sum + attempts, 0),
        byReason: Object.fromEntries(
          REPEAT_REASONS.map((reason) => [reason, count(reason)]),
        ) as Accounting['attemptsBeyondFirst']['byReason'],
      },
    }
  }
}

/** Attempts that follow another one of their trial, by how that one ended. An index lists the trials that have them. */
function countRepeats(transaction: Queryable, sweepIds: readonly string[]) {
  return transaction.query<RepeatRow>(Prisma.sql`
    SELECT t.sweep_id AS "sweepId",
           CASE WHEN again.retry > before.retry THEN 'retried' ELSE before.outcome::text END AS reason,
           count(*)::int AS attempts
    FROM trial t
    JOIN attempt again ON again.trial_id = t.id AND again.number > 1
    JOIN attempt before ON before.trial_id = t.id AND before.number = again.number - 1
    WHERE t.sweep_id = ANY(${sweepIds}::uuid[]) AND t.attempts > 1
    GROUP BY 1, 2`)
}

/**
 * Trials of a sweep with equal hyperparameters. A unique index makes sure that there are none: as long as Postgres says
 * that it is there and valid, nothing is counted, which takes 0.2 s for 100,000 trials.
 */
async function countDuplicates(
  transaction: Queryable,
  sweepIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await transaction.query<{ sweepId: string; duplicates: number }>(Prisma.sql`
    SELECT sweep_id AS "sweepId", (count(*) - count(DISTINCT hyperparameters_hash))::int AS duplicates
    FROM trial
    WHERE sweep_id = ANY(${sweepIds}::uuid[]) AND NOT EXISTS (
      SELECT FROM pg_index
      WHERE indexrelid = to_regclass('trial_sweep_id_hyperparameters_hash_key') AND indisunique AND indisvalid
    )
    GROUP BY sweep_id`)
  return new Map(rows.map(({ sweepId, duplicates }) => [sweepId, duplicates]))
}
