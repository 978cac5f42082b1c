import type { Trial, TrialDetail } from '@sweepd/core'
import { explainWaiting, type WaitingFacts } from '@sweepd/scheduler'
import type { Database, Queryable } from '../../database.js'
import { toTrial, toTrialDetail } from '../../from-rows.js'
import {
  type Attempt as AttemptRow,
  type Epoch as EpochRow,
  Prisma,
  type Score as ScoreRow,
  type Trial as TrialRow,
} from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { WORKER_STATE } from '../workers/workers.js'
import { RUNNING_ATTEMPT, TRIAL_COLUMNS } from './trial-rows.js'

/** The trial with this id, with its history, score and attempts, all as they were at one moment. */
export async function findTrial(database: Database, id: string): Promise<TrialDetail | undefined> {
  if (!isUuid(id)) return undefined
  return database.snapshot(async (transaction) => {
    const [trial] = await transaction.query<TrialRow>(Prisma.sql`
      SELECT ${TRIAL_COLUMNS} FROM trial t ${RUNNING_ATTEMPT} WHERE t.id = ${id}::uuid`)
    if (trial === undefined) return undefined
    const history = await transaction.query<EpochRow>(Prisma.sql`
      SELECT retry, epoch, attempt, loss, acc, val_loss AS "valLoss", val_acc AS "valAcc", duration_ms AS "durationMs"
      FROM epoch WHERE trial_id = ${id}::uuid ORDER BY retry, epoch`)
    const attemptHistory = await transaction.query<AttemptRow>(Prisma.sql`
      SELECT number, retry, worker_id AS "workerId", outcome, error_class AS "errorClass",
             error_message AS "errorMessage", started_at AS "startedAt", finished_at AS "finishedAt"
      FROM attempt WHERE trial_id = ${id}::uuid ORDER BY number`)
    const [score] = await transaction.query<ScoreRow>(Prisma.sql`
      SELECT test_loss AS "testLoss", test_acc AS "testAcc", confusion_matrix AS "confusionMatrix",
             per_class AS "perClass"
      FROM score WHERE trial_id = ${id}::uuid`)
    const waitingReason = trial.state === 'queued' ? await findWaitingReason(transaction, id) : null
    return toTrialDetail({ ...trial, history, attemptHistory, score: score ?? null, waitingReason })
  })
}

/** Those of the trials with these ids that there are, as lists show them, in any order. */
export async function findTrials(database: Database, ids: readonly string[]): Promise<readonly Trial[]> {
  const known = ids.filter(isUuid)
  if (known.length === 0) return []
  const rows = await database.query<TrialRow>(Prisma.sql`
    SELECT ${TRIAL_COLUMNS} FROM trial t ${RUNNING_ATTEMPT} WHERE t.id = ANY(${known}::uuid[])`)
  return rows.map(toTrial)
}

/** Why a queued trial is not running, in one sentence. */
async function findWaitingReason(transaction: Queryable, trialId: string): Promise<string | null> {
  const [facts] = await transaction.query<WaitingFacts>(Prisma.sql`
    WITH w AS (SELECT w.id, w.slots, ${WORKER_STATE} AS state FROM worker w)
    SELECT s.state AS "sweepState", s.pause_reason AS "pauseReason", now() AS now,
           CASE WHEN t.not_before < 'infinity' THEN t.not_before END AS "notBefore",
           CASE WHEN t.not_before = 'infinity' THEN t.epochs_done END AS "heldAt",
           s.max_parallel AS "maxParallel",
           (SELECT count(*) FROM trial r WHERE r.sweep_id = s.id AND r.state = 'running')::int AS "runningOfSweep",
           (SELECT count(*) FROM w WHERE state = 'alive')::int AS workers,
           (SELECT coalesce(sum(slots), 0) FROM w WHERE state = 'alive')::int AS slots,
           (SELECT count(*) FROM attempt a JOIN w ON w.id = a.worker_id
            WHERE a.lease_expires_at IS NOT NULL AND a.outcome = 'running' AND w.state = 'alive')::int AS "busySlots",
           (SELECT count(*) FROM w WHERE state = 'draining')::int AS "drainingWorkers",
           (SELECT count(*) FROM w WHERE state = 'waiting')::int AS "waitingWorkers",
           EXISTS (
             SELECT FROM sweep o
             WHERE o.state = 'running' AND o.priority > s.priority
               AND EXISTS (SELECT FROM trial q WHERE q.sweep_id = o.id AND q.state = 'queued')
               AND (o.max_parallel IS NULL OR o.max_parallel > (
                 SELECT count(*) FROM trial r WHERE r.sweep_id = o.id AND r.state = 'running'
               ))
           ) AS "isOutranked"
    FROM trial t JOIN sweep s ON s.id = t.sweep_id
    WHERE t.id = ${trialId}::uuid`)
  return facts ? explainWaiting(facts) : null
}
