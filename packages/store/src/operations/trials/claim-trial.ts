import type { SweepDefinition } from '@sweepd/core'
import type { ClaimedTrial, TrialClaim } from '@sweepd/scheduler'
import type { Prisma, PrismaClient } from '../../generated/client.js'

interface ClaimedRow extends Omit<ClaimedTrial, 'dataset' | 'seed' | 'checkpoint'> {
  readonly definition: SweepDefinition
  readonly checkpoint: Uint8Array | null
}

/**
 * queued → running for the best claimable trial. Three statements in one transaction, because each has to see what
 * others did before the lock of the one before was had: limited sweeps, the trial, its checkpoint.
 */
export async function claimTrial(prisma: PrismaClient, claim: TrialClaim): Promise<ClaimedTrial | undefined> {
  const row = await prisma.$transaction(
    async (transaction) => {
      const trialId = await lockBestTrial(transaction, await lockLimitedSweeps(transaction))
      return trialId === undefined ? undefined : startAttempt(transaction, trialId, claim)
    },
    { maxWait: 30_000, timeout: 30_000 },
  )
  if (row === undefined) return undefined
  const { definition, checkpoint, ...trial } = row
  const { dataset, seed } = definition
  return { ...trial, dataset, seed, checkpoint: checkpoint ?? undefined }
}

/**
 * Running sweeps with `maxParallel` that have trials waiting, in an order that all agree on. How many trials of them
 * run can be counted by one claim at a time only.
 */
async function lockLimitedSweeps(transaction: Prisma.TransactionClient): Promise<string[]> {
  const sweeps = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM sweep
    WHERE state = 'running' AND max_parallel IS NOT NULL
      AND EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
    ORDER BY id
    FOR NO KEY UPDATE`
  return sweeps.map(({ id }) => id)
}

/**
 * Racing claims skip each other's trials and get different ones. A sweep that got its limit after the locks were taken
 * is left to the next claim.
 */
async function lockBestTrial(
  transaction: Prisma.TransactionClient,
  limitedSweepIds: readonly string[],
): Promise<string | undefined> {
  const [best] = await transaction.$queryRaw<{ id: string }[]>`
    SELECT next.id
    FROM (
      SELECT id, priority, created_at FROM sweep
      WHERE state = 'running' AND (
        max_parallel IS NULL OR id = ANY(${limitedSweepIds}::uuid[]) AND max_parallel > (
          SELECT count(*) FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running'
        )
      )
      ORDER BY priority DESC, created_at, id
    ) s
    CROSS JOIN LATERAL (
      SELECT id FROM trial
      WHERE sweep_id = s.id AND state = 'queued' AND (not_before IS NULL OR not_before <= now())
      ORDER BY number
      LIMIT 1
      FOR NO KEY UPDATE SKIP LOCKED
    ) next
    ORDER BY s.priority DESC, s.created_at, s.id
    LIMIT 1`
  return best?.id
}

/** Opens the attempt; epochs and metrics up to the checkpoint stay, those beyond it are dropped. */
async function startAttempt(
  transaction: Prisma.TransactionClient,
  trialId: string,
  { workerId, leaseMs }: TrialClaim,
): Promise<ClaimedRow | undefined> {
  const [claimed] = await transaction.$queryRaw<ClaimedRow[]>`
    WITH last AS (
      SELECT t.id, c.data, coalesce(c.epoch, 0) AS epoch, e.loss, e.acc, e.val_loss, e.val_acc, (
               SELECT coalesce(sum(done.duration_ms), 0) FROM epoch done
               WHERE done.trial_id = t.id AND done.retry = t.retries AND done.epoch <= c.epoch
             ) AS train_duration_ms
      FROM trial t
      LEFT JOIN checkpoint c ON c.trial_id = t.id
      LEFT JOIN epoch e ON e.trial_id = t.id AND e.retry = t.retries AND e.epoch = c.epoch
      WHERE t.id = ${trialId}::uuid
    ), claimed AS (
      UPDATE trial
      SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()), not_before = NULL,
          epochs_done = last.epoch, train_duration_ms = last.train_duration_ms, loss = last.loss, acc = last.acc,
          val_loss = last.val_loss, val_acc = last.val_acc
      FROM last WHERE trial.id = last.id
      RETURNING trial.*
    ), opened AS (
      INSERT INTO attempt (trial_id, number, retry, worker_id, lease_expires_at)
      SELECT id, attempts, retries, ${workerId}, now() + ${leaseMs}::float8 * interval '1 ms' FROM claimed
    ), dropped AS (
      DELETE FROM epoch USING claimed
      WHERE epoch.trial_id = claimed.id AND epoch.retry = claimed.retries AND epoch.epoch > claimed.epochs_done
    )
    SELECT claimed.id AS "trialId", claimed.sweep_id AS "sweepId", claimed.number, claimed.attempts AS attempt,
           claimed.hyperparameters, claimed.alone, claimed.epochs_done AS "epochsDone", last.data AS checkpoint,
           sweep.definition
    FROM claimed CROSS JOIN last JOIN sweep ON sweep.id = claimed.sweep_id`
  return claimed
}
