import type { SweepDefinition } from '@sweepd/core'
import type { ClaimedTrial, TrialClaim } from '@sweepd/scheduler'
import type { PrismaClient } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'

interface ClaimedRow extends Pick<ClaimedTrial, 'sweepId' | 'number' | 'hyperparameters'> {
  readonly definition: SweepDefinition
}

/**
 * queued → running in one statement: of any number of callers with the same attempt, the update lets one through,
 * and only its row opens the attempt and drops the epochs of earlier ones.
 */
export async function claimTrial(
  prisma: PrismaClient,
  { trialId, attempt, workerId, leaseMs }: TrialClaim,
): Promise<ClaimedTrial | undefined> {
  if (!isUuid(trialId)) return undefined
  const [claimed] = await prisma.$queryRaw<ClaimedRow[]>`
    WITH claimed AS (
      UPDATE trial
      SET state = 'running', attempts = ${attempt}::int, started_at = coalesce(started_at, now()), not_before = NULL,
          epochs_done = 0, train_duration_ms = 0, error_class = NULL, error_message = NULL,
          loss = NULL, acc = NULL, val_loss = NULL, val_acc = NULL, test_loss = NULL, test_acc = NULL
      WHERE id = ${trialId}::uuid AND state = 'queued' AND attempts = ${attempt}::int - 1
      RETURNING id, sweep_id, number, hyperparameters
    ), opened AS (
      INSERT INTO attempt (trial_id, number, worker_id, lease_expires_at)
      SELECT id, ${attempt}::int, ${workerId}, now() + ${leaseMs}::float8 * interval '1 ms' FROM claimed
    ), dropped AS (
      DELETE FROM epoch USING claimed WHERE epoch.trial_id = claimed.id
    )
    SELECT claimed.sweep_id AS "sweepId", claimed.number, claimed.hyperparameters, sweep.definition
    FROM claimed JOIN sweep ON sweep.id = claimed.sweep_id`
  if (claimed === undefined) return undefined
  const { definition, ...trial } = claimed
  return { trialId, attempt, ...trial, dataset: definition.dataset, seed: definition.seed }
}
