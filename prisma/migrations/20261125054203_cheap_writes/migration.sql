-- DropIndex
DROP INDEX "attempt_lease_expires_at_idx";

-- DropIndex
DROP INDEX "trial_acc_id_idx";

-- DropIndex
DROP INDEX "trial_created_at_sweep_id_number_idx";

-- DropIndex
DROP INDEX "trial_loss_id_idx";

-- DropIndex
DROP INDEX "trial_sweep_id_val_acc_id_idx";

-- DropIndex
DROP INDEX "trial_test_acc_id_idx";

-- DropIndex
DROP INDEX "trial_test_loss_id_idx";

-- DropIndex
DROP INDEX "trial_val_acc_id_idx";

-- DropIndex
DROP INDEX "trial_val_loss_id_idx";

-- DropIndex
DROP INDEX "worker_last_seen_at_idx";

-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "acc" DOUBLE PRECISION,
ADD COLUMN     "epochs_done" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "loss" DOUBLE PRECISION,
ADD COLUMN     "train_duration_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "val_acc" DOUBLE PRECISION,
ADD COLUMN     "val_loss" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "format_version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "sweep_tally" (
    "sweep_id" UUID NOT NULL,
    "shard" SMALLINT NOT NULL,
    "queued" INTEGER NOT NULL DEFAULT 0,
    "running" INTEGER NOT NULL DEFAULT 0,
    "completed" INTEGER NOT NULL DEFAULT 0,
    "pruned" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "cancelled" INTEGER NOT NULL DEFAULT 0,
    "epochs" BIGINT NOT NULL DEFAULT 0,
    "epochs_left" BIGINT NOT NULL DEFAULT 0,
    "epochs_done" BIGINT NOT NULL DEFAULT 0,
    "train_duration_us" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "sweep_tally_pkey" PRIMARY KEY ("sweep_id","shard")
);

-- CreateIndex
CREATE INDEX "attempt_trial_id_idx" ON "attempt"("trial_id") WHERE "outcome" = 'running';

-- CreateIndex
CREATE INDEX "trial_state_loss_id_idx" ON "trial"("state", "loss", "id") WHERE "loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_state_acc_id_idx" ON "trial"("state", "acc", "id") WHERE "acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_state_val_loss_id_idx" ON "trial"("state", "val_loss", "id") WHERE "val_loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_state_val_acc_id_idx" ON "trial"("state", "val_acc", "id") WHERE "val_acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_state_test_loss_id_idx" ON "trial"("state", "test_loss", "id") WHERE "test_loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_state_test_acc_id_idx" ON "trial"("state", "test_acc", "id") WHERE "test_acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_loss_id_idx" ON "trial"("sweep_id", "state", "loss", "id") WHERE "loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_acc_id_idx" ON "trial"("sweep_id", "state", "acc", "id") WHERE "acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_val_loss_id_idx" ON "trial"("sweep_id", "state", "val_loss", "id") WHERE "val_loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_val_acc_id_idx" ON "trial"("sweep_id", "state", "val_acc", "id") WHERE "val_acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_test_loss_id_idx" ON "trial"("sweep_id", "state", "test_loss", "id") WHERE "test_loss" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_test_acc_id_idx" ON "trial"("sweep_id", "state", "test_acc", "id") WHERE "test_acc" IS NOT NULL;

-- CreateIndex
CREATE INDEX "trial_sweep_id_idx" ON "trial"("sweep_id") WHERE "attempts" > 1;

-- AddForeignKey
ALTER TABLE "sweep_tally" ADD CONSTRAINT "sweep_tally_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Below is what prisma/schema.prisma cannot say.

-- Rows that are rewritten at every epoch find room for the next version on their page, which spares their indexes.
ALTER TABLE "attempt" SET (fillfactor = 70);
ALTER TABLE "sweep_tally" SET (fillfactor = 50);

-- The tallies follow every change of trials, whoever makes it: this version, an older worker, or a person with psql.
-- A statement that changes 100,000 trials of a sweep updates one row. Rows are taken in the order of their ids, so that
-- statements that change several sweeps do not wait for each other in a circle.
CREATE FUNCTION "sweepd_tally_inserted"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sweep_tally AS tally (sweep_id, shard, queued, running, completed, pruned, failed, cancelled, epochs,
                                    epochs_left, epochs_done, train_duration_us)
  SELECT sweep_id, pg_backend_pid() % 16, count(*) FILTER (WHERE state = 'queued'),
         count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'completed'),
         count(*) FILTER (WHERE state = 'pruned'), count(*) FILTER (WHERE state = 'failed'),
         count(*) FILTER (WHERE state = 'cancelled'), sum(trial.epochs),
         coalesce(sum(trial.epochs - trial.epochs_done) FILTER (WHERE state IN ('queued', 'running')), 0),
         sum(trial.epochs_done), sum(round(train_duration_ms * 1000)::bigint)
  FROM after_rows AS trial GROUP BY sweep_id ORDER BY sweep_id
  ON CONFLICT (sweep_id, shard) DO UPDATE
  SET queued = tally.queued + excluded.queued, running = tally.running + excluded.running,
      completed = tally.completed + excluded.completed, pruned = tally.pruned + excluded.pruned,
      failed = tally.failed + excluded.failed, cancelled = tally.cancelled + excluded.cancelled,
      epochs = tally.epochs + excluded.epochs, epochs_left = tally.epochs_left + excluded.epochs_left,
      epochs_done = tally.epochs_done + excluded.epochs_done,
      train_duration_us = tally.train_duration_us + excluded.train_duration_us;
  RETURN NULL;
END $$;

CREATE FUNCTION "sweepd_tally_updated"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sweep_tally AS tally (sweep_id, shard, queued, running, completed, pruned, failed, cancelled, epochs,
                                    epochs_left, epochs_done, train_duration_us)
  SELECT sweep_id, pg_backend_pid() % 16, coalesce(sum(n) FILTER (WHERE state = 'queued'), 0),
         coalesce(sum(n) FILTER (WHERE state = 'running'), 0), coalesce(sum(n) FILTER (WHERE state = 'completed'), 0),
         coalesce(sum(n) FILTER (WHERE state = 'pruned'), 0), coalesce(sum(n) FILTER (WHERE state = 'failed'), 0),
         coalesce(sum(n) FILTER (WHERE state = 'cancelled'), 0), sum(n * trial.epochs),
         coalesce(sum(n * (trial.epochs - trial.epochs_done)) FILTER (WHERE state IN ('queued', 'running')), 0),
         sum(n * trial.epochs_done), sum(n * round(train_duration_ms * 1000)::bigint)
  FROM (
    SELECT -1 AS n, sweep_id, state, epochs, epochs_done, train_duration_ms FROM before_rows
    UNION ALL SELECT 1, sweep_id, state, epochs, epochs_done, train_duration_ms FROM after_rows
  ) AS trial
  GROUP BY sweep_id ORDER BY sweep_id
  ON CONFLICT (sweep_id, shard) DO UPDATE
  SET queued = tally.queued + excluded.queued, running = tally.running + excluded.running,
      completed = tally.completed + excluded.completed, pruned = tally.pruned + excluded.pruned,
      failed = tally.failed + excluded.failed, cancelled = tally.cancelled + excluded.cancelled,
      epochs = tally.epochs + excluded.epochs, epochs_left = tally.epochs_left + excluded.epochs_left,
      epochs_done = tally.epochs_done + excluded.epochs_done,
      train_duration_us = tally.train_duration_us + excluded.train_duration_us;
  RETURN NULL;
END $$;

-- Only a person with psql deletes single trials; with a whole sweep its tallies go by themselves.
CREATE FUNCTION "sweepd_tally_deleted"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sweep_tally AS tally (sweep_id, shard, queued, running, completed, pruned, failed, cancelled, epochs,
                                    epochs_left, epochs_done, train_duration_us)
  SELECT sweep_id, pg_backend_pid() % 16, -count(*) FILTER (WHERE state = 'queued'),
         -count(*) FILTER (WHERE state = 'running'), -count(*) FILTER (WHERE state = 'completed'),
         -count(*) FILTER (WHERE state = 'pruned'), -count(*) FILTER (WHERE state = 'failed'),
         -count(*) FILTER (WHERE state = 'cancelled'), -sum(trial.epochs),
         -coalesce(sum(trial.epochs - trial.epochs_done) FILTER (WHERE state IN ('queued', 'running')), 0),
         -sum(trial.epochs_done), -sum(round(train_duration_ms * 1000)::bigint)
  FROM before_rows AS trial
  WHERE EXISTS (SELECT FROM sweep WHERE sweep.id = trial.sweep_id)
  GROUP BY sweep_id ORDER BY sweep_id
  ON CONFLICT (sweep_id, shard) DO UPDATE
  SET queued = tally.queued + excluded.queued, running = tally.running + excluded.running,
      completed = tally.completed + excluded.completed, pruned = tally.pruned + excluded.pruned,
      failed = tally.failed + excluded.failed, cancelled = tally.cancelled + excluded.cancelled,
      epochs = tally.epochs + excluded.epochs, epochs_left = tally.epochs_left + excluded.epochs_left,
      epochs_done = tally.epochs_done + excluded.epochs_done,
      train_duration_us = tally.train_duration_us + excluded.train_duration_us;
  RETURN NULL;
END $$;

-- The past: running trials hand their metrics to their attempts, and everything is counted once.
UPDATE "attempt" SET "epochs_done" = t."epochs_done", "train_duration_ms" = t."train_duration_ms", "loss" = t."loss",
       "acc" = t."acc", "val_loss" = t."val_loss", "val_acc" = t."val_acc"
FROM "trial" t WHERE t."id" = "attempt"."trial_id" AND t."attempts" = "attempt"."number";

UPDATE "trial" SET "loss" = NULL, "acc" = NULL, "val_loss" = NULL, "val_acc" = NULL
WHERE "state" = 'running' AND "loss" IS NOT NULL;

INSERT INTO "sweep_tally" ("sweep_id", "shard", "queued", "running", "completed", "pruned", "failed", "cancelled",
                           "epochs", "epochs_left", "epochs_done", "train_duration_us")
SELECT "sweep_id", 0, count(*) FILTER (WHERE "state" = 'queued'), count(*) FILTER (WHERE "state" = 'running'),
       count(*) FILTER (WHERE "state" = 'completed'), count(*) FILTER (WHERE "state" = 'pruned'),
       count(*) FILTER (WHERE "state" = 'failed'), count(*) FILTER (WHERE "state" = 'cancelled'), sum("epochs"),
       coalesce(sum("epochs" - "epochs_done") FILTER (WHERE "state" IN ('queued', 'running')), 0),
       sum("epochs_done"), sum(round("train_duration_ms" * 1000)::bigint)
FROM "trial" GROUP BY "sweep_id";

CREATE TRIGGER "trial_tally_inserted" AFTER INSERT ON "trial" REFERENCING NEW TABLE AS after_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tally_inserted"();

CREATE TRIGGER "trial_tally_updated" AFTER UPDATE ON "trial" REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tally_updated"();

CREATE TRIGGER "trial_tally_deleted" AFTER DELETE ON "trial" REFERENCING OLD TABLE AS before_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tally_deleted"();
