import { type Accounting, REPEAT_REASONS, type RepeatReason, type TrialCounts } from '@sweepd/core'
import type { Prisma, Sweep as SweepRow } from '../../generated/client.js'

interface RepeatRow {
  readonly sweepId: string
  readonly reason: RepeatReason
  readonly attempts: number
}

/** What became of the planned trials of these sweeps. */
export async function accountForTrials(
  transaction: Prisma.TransactionClient,
  sweeps: readonly SweepRow[],
): Promise<(sweep: SweepRow, counts: TrialCounts) => Accounting> {
  const sweepIds = sweeps.map(({ id }) => id)
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

/** Attempts that follow another one of their trial, by how that one ended. */
function countRepeats(transaction: Prisma.TransactionClient, sweepIds: readonly string[]) {
  return transaction.$queryRaw<RepeatRow[]>`
    SELECT t.sweep_id AS "sweepId",
           CASE WHEN again.retry > before.retry THEN 'retried' ELSE before.outcome::text END AS reason,
           count(*)::int AS attempts
    FROM trial t
    JOIN attempt again ON again.trial_id = t.id AND again.number > 1
    JOIN attempt before ON before.trial_id = t.id AND before.number = again.number - 1
    WHERE t.sweep_id = ANY(${sweepIds}::uuid[]) AND t.attempts > 1
    GROUP BY 1, 2`
}

/** Counted from the rows, although an index makes sure that there are none: this is the proof. */
async function countDuplicates(
  transaction: Prisma.TransactionClient,
  sweepIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await transaction.$queryRaw<{ sweepId: string; duplicates: number }[]>`
    SELECT sweep_id AS "sweepId", (count(*) - count(DISTINCT hyperparameters_hash))::int AS duplicates
    FROM trial
    WHERE sweep_id = ANY(${sweepIds}::uuid[])
    GROUP BY sweep_id`
  return new Map(rows.map(({ sweepId, duplicates }) => [sweepId, duplicates]))
}
