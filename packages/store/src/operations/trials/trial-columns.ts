import { Prisma } from '../../generated/client.js'

/** The columns of `trial t`, named as Prisma names them: rows of a raw query are Prisma's `Trial`. */
export const TRIAL_COLUMNS = Prisma.sql`
  t.id, t.sweep_id AS "sweepId", t.number, t.state, t.hyperparameters,
  t.hyperparameters_hash AS "hyperparametersHash", t.epochs, t.epochs_done AS "epochsDone", t.attempts, t.retries,
  t.alone,  t.loss, t.acc, t.val_loss AS "valLoss", t.val_acc AS "valAcc", t.test_loss AS "testLoss", t.test_acc AS "testAcc",
  t.train_duration_ms AS "trainDurationMs", t.error_class AS "errorClass", t.error_message AS "errorMessage",
  t.not_before AS "notBefore", t.created_at AS "createdAt", t.started_at AS "startedAt", t.finished_at AS "finishedAt"`
