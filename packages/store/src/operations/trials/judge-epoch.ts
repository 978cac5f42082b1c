import { type EpochAnswer, type Fence, judgeEpoch, needsPeers, type Pruning } from '@sweepd/scheduler'
import type { Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { EPOCH_COLUMNS, heldBy, TAKE_BACK } from './trial-rows.js'

/** Locks the trial, if this attempt is its running one: its epoch is to be judged in the same transaction. */
export async function lockForJudgement(transaction: Queryable, fence: Fence): Promise<boolean> {
  return (await transaction.query(Prisma.sql`${heldBy(fence)}`)).length === 1
}

/** Carries out what the pruner makes of the epoch that was just stored; undefined if the trial goes on. */
export async function pruneOrHold(
  transaction: Queryable,
  fence: Fence,
  { pruner, objective }: Pruning,
  epochs: number,
): Promise<EpochAnswer | undefined> {
  const metric = EPOCH_COLUMNS[objective.metric]
  const history = await transaction.query<{ value: number }>(Prisma.sql`
    SELECT ${metric} AS value FROM epoch e JOIN trial t ON t.id = e.trial_id AND t.retries = e.retry
    WHERE t.id = ${fence.trialId}::uuid ORDER BY e.epoch`)
  const peers = needsPeers(pruner)
    ? await transaction.query<{ value: number }>(Prisma.sql`
        SELECT ${metric} AS value
        FROM trial t JOIN epoch e ON e.trial_id = t.id AND e.retry = t.retries AND e.epoch = ${history.length}::int
        WHERE t.sweep_id = (SELECT sweep_id FROM trial WHERE id = ${fence.trialId}::uuid)
          AND t.id <> ${fence.trialId}::uuid AND t.attempts > 0`)
    : []
  const verdict = judgeEpoch(pruner, {
    objective,
    epochs,
    history: history.map(({ value }) => value),
    peers: peers.map(({ value }) => value),
  })
  switch (verdict.kind) {
    case 'continue':
      return undefined
    case 'prune':
      await prune(transaction, fence, verdict.reason)
      return 'pruned'
    case 'hold':
      await hold(transaction, fence)
      return 'held'
  }
}

/** running → pruned. Drops the checkpoint. */
async function prune(transaction: Queryable, fence: Fence, reason: string): Promise<void> {
  await transaction.execute(Prisma.sql`
    WITH closed AS (${closeAttempt(fence, 'pruned')}), pruned AS (
      UPDATE trial SET state = 'pruned', finished_at = now(), prune_reason = ${reason}, ${TAKE_BACK}
      FROM closed WHERE trial.id = closed.trial_id
      RETURNING trial.id
    )
    DELETE FROM checkpoint USING pruned WHERE trial_id = pruned.id`)
}

/** running → queued, until `growSweep` lets it go on or prunes it. */
async function hold(transaction: Queryable, fence: Fence): Promise<void> {
  await transaction.execute(Prisma.sql`
    WITH closed AS (${closeAttempt(fence, 'held')})
    UPDATE trial SET state = 'queued', not_before = 'infinity', ${TAKE_BACK}
    FROM closed WHERE trial.id = closed.trial_id`)
}

const closeAttempt = ({ trialId, attempt }: Fence, outcome: 'pruned' | 'held'): Prisma.Sql => Prisma.sql`
  UPDATE attempt SET outcome = ${outcome}::attempt_outcome, finished_at = now(), lease_expires_at = NULL
  WHERE trial_id = ${trialId}::uuid AND number = ${attempt}::int
  RETURNING attempt.*`
