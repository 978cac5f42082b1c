import type { MetricName, SortOrder } from '@sweepd/core'
import type { Fence, TrialQuery } from '@sweepd/scheduler'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'

/**
 * The columns of `trial t` and its attempt `p`, named as Prisma names them: rows of a query are Prisma's `Trial`. What a
 * running trial has measured so far stands in its attempt.
 */
export const TRIAL_COLUMNS = Prisma.sql`
  t.id, t.sweep_id AS "sweepId", t.number, t.state, t.hyperparameters,
  t.hyperparameters_hash AS "hyperparametersHash", t.epochs, coalesce(p.epochs_done, t.epochs_done) AS "epochsDone",
  t.attempts, t.retries, t.alone, coalesce(p.loss, t.loss) AS loss, coalesce(p.acc, t.acc) AS acc,
  coalesce(p.val_loss, t.val_loss) AS "valLoss", coalesce(p.val_acc, t.val_acc) AS "valAcc",
  t.test_loss AS "testLoss", t.test_acc AS "testAcc",
  coalesce(p.train_duration_ms, t.train_duration_ms) AS "trainDurationMs", t.error_class AS "errorClass",
  t.error_message AS "errorMessage", t.prune_reason AS "pruneReason", t.proposed_by AS "proposedBy",
  t.dataset_digest AS "datasetDigest", t.not_before AS "notBefore", t.created_at AS "createdAt", t.started_at AS "startedAt", t.finished_at AS "finishedAt"`

/** The running attempt `p` of `trial t`, if it has one. */
export const RUNNING_ATTEMPT = Prisma.sql`
  LEFT JOIN attempt p ON p.trial_id = t.id AND p.number = t.attempts AND t.state = 'running'`

/** A page of rows, one more than asked for if the list goes on, and the cursor of a row in their order. */
export interface TrialRows {
  readonly rows: readonly TrialRow[]
  cursorOf(row: TrialRow): string
}

/** The filters of a query as conditions on `trial t`, each with AND before it. */
export function filterTrials({ sweepId, state }: Pick<TrialQuery, 'sweepId' | 'state'>): Prisma.Sql {
  const bySweep = sweepId === undefined ? Prisma.empty : Prisma.sql`AND t.sweep_id = ${sweepId}::uuid`
  const byState = state === undefined ? Prisma.empty : Prisma.sql`AND t.state = ${state}::trial_state`
  return Prisma.sql`${bySweep} ${byState}`
}

/** Where each metric stands in a trial, and in the attempt of a running one; the scores only in a trial that has ended. */
export const METRIC_COLUMNS: Readonly<Record<MetricName, { trial: Prisma.Sql; attempt: Prisma.Sql }>> = {
  loss: { trial: Prisma.sql`t.loss`, attempt: Prisma.sql`p.loss` },
  acc: { trial: Prisma.sql`t.acc`, attempt: Prisma.sql`p.acc` },
  val_loss: { trial: Prisma.sql`t.val_loss`, attempt: Prisma.sql`p.val_loss` },
  val_acc: { trial: Prisma.sql`t.val_acc`, attempt: Prisma.sql`p.val_acc` },
  test_loss: { trial: Prisma.sql`t.test_loss`, attempt: Prisma.sql`t.test_loss` },
  test_acc: { trial: Prisma.sql`t.test_acc`, attempt: Prisma.sql`t.test_acc` },
}

/** Each metric in `epoch e`; the scores are in none of them. */
export const EPOCH_COLUMNS: Readonly<Record<MetricName, Prisma.Sql>> = {
  loss: Prisma.sql`e.loss`,
  acc: Prisma.sql`e.acc`,
  val_loss: Prisma.sql`e.val_loss`,
  val_acc: Prisma.sql`e.val_acc`,
  test_loss: Prisma.sql`NULL::float8`,
  test_acc: Prisma.sql`NULL::float8`,
}

/** An order as SQL, and how a row that follows another compares with it. */
export const ORDER_SQL: Readonly<Record<SortOrder, { order: Prisma.Sql; follows: Prisma.Sql }>> = {
  asc: { order: Prisma.sql`ASC`, follows: Prisma.sql`>` },
  desc: { order: Prisma.sql`DESC`, follows: Prisma.sql`<` },
}

/** A metric of a trial as it is stored, or null. */
export function readMetric(row: TrialRow, metric: MetricName): number | null {
  switch (metric) {
    case 'loss':
      return row.loss
    case 'acc':
      return row.acc
    case 'val_loss':
      return row.valLoss
    case 'val_acc':
      return row.valAcc
    case 'test_loss':
      return row.testLoss
    case 'test_acc':
      return row.testAcc
  }
}

/** Locks the trial, if this attempt is its running one. */
export const heldBy = ({ trialId, attempt }: Fence): Prisma.Sql => Prisma.sql`
  SELECT id FROM trial
  WHERE id = ${trialId}::uuid AND state = 'running' AND attempts = ${attempt}::int
  FOR NO KEY UPDATE`

/** What the attempt has measured becomes its trial's, where `closed` is its row. */
export const TAKE_BACK = Prisma.sql`
  epochs_done = closed.epochs_done, train_duration_ms = closed.train_duration_ms, loss = closed.loss, acc = closed.acc,
  val_loss = closed.val_loss, val_acc = closed.val_acc`
