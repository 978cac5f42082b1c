-- CreateTable
CREATE TABLE "trained_model" (
    "trial_id" UUID NOT NULL,
    "sweep_id" UUID NOT NULL,
    "json" TEXT NOT NULL,
    "weights" BYTEA NOT NULL,

    CONSTRAINT "trained_model_pkey" PRIMARY KEY ("trial_id")
);

-- CreateIndex
CREATE INDEX "trained_model_sweep_id_idx" ON "trained_model"("sweep_id");

-- Below is what prisma/schema.prisma cannot say.

-- Weights do not compress: trying would cost more than writing them.
ALTER TABLE "trained_model" ALTER COLUMN "weights" SET STORAGE EXTERNAL;

CREATE OR REPLACE FUNCTION "sweepd_trial_deleted"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE 'DELETE FROM attempt USING before_rows WHERE attempt.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM epoch USING before_rows WHERE epoch.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM score USING before_rows WHERE score.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM checkpoint USING before_rows WHERE checkpoint.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM trained_model USING before_rows WHERE trained_model.trial_id = before_rows.id';
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "sweepd_trials_truncated"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  TRUNCATE attempt, epoch, score, checkpoint, trained_model;
  RETURN NULL;
END $$;
