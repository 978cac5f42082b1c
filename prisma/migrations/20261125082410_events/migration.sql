-- CreateTable
CREATE TABLE "event" (
    "xid" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "sweep_id" UUID NOT NULL,
    "trial_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("xid","id")
);

-- Below is what prisma/schema.prisma cannot say.

-- The log is never empty: its first line says from where on it is whole, and trimming always leaves one.
INSERT INTO "event" ("kind", "sweep_id") VALUES ('sweep', '00000000-0000-0000-0000-000000000000');

-- Every change of trials is told, whoever makes it: this version, an older worker, or a person with psql. A statement
-- that changes one trial names it; one that changes 100,000 of a sweep writes one row.
CREATE FUNCTION "sweepd_tell_trials"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO event (kind, sweep_id, trial_id)
  SELECT CASE WHEN count(*) = 1 THEN 'trial' ELSE 'trials' END, sweep_id,
         CASE WHEN count(*) = 1 THEN (array_agg(id))[1] END
  FROM changed_rows GROUP BY sweep_id;
  RETURN NULL;
END $$;

-- An epoch changes what its trial has measured, which stands in the attempt: leases are renewed there too, and are no news.
CREATE FUNCTION "sweepd_tell_epochs"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO event (kind, sweep_id, trial_id)
  SELECT CASE WHEN count(*) = 1 THEN 'trial' ELSE 'trials' END, trial.sweep_id,
         CASE WHEN count(*) = 1 THEN (array_agg(trial.id))[1] END
  FROM changed_rows JOIN trial ON trial.id = changed_rows.trial_id GROUP BY trial.sweep_id;
  RETURN NULL;
END $$;

CREATE FUNCTION "sweepd_tell_sweeps"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO event (kind, sweep_id) SELECT 'sweep', id FROM changed_rows;
  RETURN NULL;
END $$;

CREATE TRIGGER "trial_told_inserted" AFTER INSERT ON "trial" REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_trials"();

CREATE TRIGGER "trial_told_updated" AFTER UPDATE ON "trial" REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_trials"();

CREATE TRIGGER "trial_told_deleted" AFTER DELETE ON "trial" REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_trials"();

CREATE TRIGGER "epoch_told_inserted" AFTER INSERT ON "epoch" REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_epochs"();

CREATE TRIGGER "sweep_told_inserted" AFTER INSERT ON "sweep" REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_sweeps"();

CREATE TRIGGER "sweep_told_updated" AFTER UPDATE ON "sweep" REFERENCING NEW TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_sweeps"();

CREATE TRIGGER "sweep_told_deleted" AFTER DELETE ON "sweep" REFERENCING OLD TABLE AS changed_rows
FOR EACH STATEMENT EXECUTE FUNCTION "sweepd_tell_sweeps"();
