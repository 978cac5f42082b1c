import type { GrowthRevision, GrowthStep } from '@sweepd/scheduler'
import { type Database, LONG_MS, type Queryable } from '../../database.js'
import { toSkipped } from '../../from-rows.js'
import { Prisma } from '../../generated/client.js'
import { cancelTrials } from '../trials/cancel-trials.js'
import { readRevision } from './find-growth.js'
import { insertTrials } from './insert-sweep.js'
import { lockSweep } from './lock-sweep.js'

/** Points that were left out are listed up to here, and counted beyond. */
const MOST_SKIPPED = 100

/**
 * Takes a step of a running sweep under its lock, if nothing has ended, was added or held since the step was decided:
 * so two who decide at the same time never both take theirs.
 */
export async function growSweep(
  database: Database,
  sweepId: string,
  revision: GrowthRevision,
  step: GrowthStep,
): Promise<boolean> {
  const isTaken = await lockSweep(
    database,
    sweepId,
    async (transaction, state) => {
      if (state !== 'running') return false
      const now = await readRevision(transaction, sweepId)
      if (!isSame(now, revision)) return false
      await settleHeld(transaction, sweepId, step)
      if (step.cancelled.length > 0)
        await cancelTrials(
          transaction,
          Prisma.sql`t.sweep_id = ${sweepId}::uuid AND t.id = ANY(${step.cancelled}::uuid[]) AND t.attempts = 0`,
        )
      if (step.added.length > 0) await insertTrials(transaction, sweepId, step.added)
      await noteStep(transaction, sweepId, step)
      return true
    },
    { statementMs: LONG_MS },
  )
  return isTaken ?? false
}

const isSame = (a: GrowthRevision, b: GrowthRevision): boolean =>
  a.trials === b.trials && a.ended === b.ended && a.held === b.held && a.historyVersion === b.historyVersion

/** Held trials go on, or end with their reason and without their checkpoint. Ids in one order, as all take such locks. */
async function settleHeld(
  transaction: Queryable,
  sweepId: string,
  { promoted, pruned }: GrowthStep,
): Promise<void> {
  if (promoted.length > 0)
    await transaction.execute(Prisma.sql`
      UPDATE trial SET not_before = NULL
      WHERE sweep_id = ${sweepId}::uuid AND id = ANY(${promoted}::uuid[]) AND state = 'queued' AND not_before = 'infinity'`)
  if (pruned.length > 0)
    await transaction.execute(Prisma.sql`
      WITH reasons AS (
        SELECT * FROM unnest(${pruned.map(({ id }) => id)}::uuid[], ${pruned.map(({ reason }) => reason)}::text[])
          AS r(id, reason)
      ), pruned AS (
        UPDATE trial SET state = 'pruned', finished_at = now(), not_before = NULL, prune_reason = reasons.reason
        FROM reasons
        WHERE trial.id = reasons.id AND sweep_id = ${sweepId}::uuid AND state = 'queued' AND not_before = 'infinity'
        RETURNING trial.id
      )
      DELETE FROM checkpoint USING pruned WHERE checkpoint.trial_id = pruned.id`)
}

async function noteStep(
  transaction: Queryable,
  sweepId: string,
  { skipped, isLast, endReason }: GrowthStep,
): Promise<void> {
  if (skipped.length > 0) {
    const [row] = await transaction.query<{ skipped: unknown }>(
      Prisma.sql`SELECT skipped FROM sweep WHERE id = ${sweepId}::uuid`,
    )
    const { count, points } = toSkipped(row?.skipped ?? null)
    const all = { count: count + skipped.length, points: [...points, ...skipped].slice(0, MOST_SKIPPED) }
    await transaction.execute(
      Prisma.sql`UPDATE sweep SET skipped = ${JSON.stringify(all)}::jsonb WHERE id = ${sweepId}::uuid`,
    )
  }
  if (isLast || endReason !== null)
    await transaction.execute(Prisma.sql`
      UPDATE sweep SET growing = growing AND NOT ${isLast}, end_reason = coalesce(${endReason}::text, end_reason)
      WHERE id = ${sweepId}::uuid`)
}
