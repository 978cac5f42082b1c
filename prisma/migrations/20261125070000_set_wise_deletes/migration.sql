-- DropForeignKey
ALTER TABLE "attempt" DROP CONSTRAINT "attempt_trial_id_fkey";

-- DropForeignKey
ALTER TABLE "checkpoint" DROP CONSTRAINT "checkpoint_trial_id_fkey";

-- DropForeignKey
ALTER TABLE "epoch" DROP CONSTRAINT "epoch_trial_id_fkey";

-- DropForeignKey
ALTER TABLE "score" DROP CONSTRAINT "score_trial_id_fkey";

-- Below is what prisma/schema.prisma cannot say.

-- What hangs on a trial goes with it, whoever deletes it: four statements for all trials at once, where foreign keys ran four
-- for each. Attempts go first: a report locks its attempt and then stores its epoch, so the statements that
-- follow see that epoch. EXECUTE plans each for as many trials as there are.
CREATE FUNCTION "sweepd_trial_deleted"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE 'DELETE FROM attempt USING before_rows WHERE attempt.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM epoch USING before_rows WHERE epoch.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM score USING before_rows WHERE score.trial_id = before_rows.id';
  EXECUTE 'DELETE FROM checkpoint USING before_rows WHERE checkpoint.trial_id = before_rows.id';
  RETURN NULL;
END $$;

CREATE TRIGGER "trial_deleted" AFTER DELETE ON "trial" REFERENCING OLD TABLE AS before_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_trial_deleted"();

CREATE FUNCTION "sweepd_trials_truncated"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  TRUNCATE attempt, epoch, score, checkpoint;
  RETURN NULL;
END $$;

CREATE TRIGGER "trial_truncated" AFTER TRUNCATE ON "trial"
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_trials_truncated"();
