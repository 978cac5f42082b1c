import { askPostgres } from './deployment/ask-servers.js'

/** One change that Postgres committed. */
export interface JournalEntry {
  /** `dropped`: an epoch was deleted, as the trial resumes from a checkpoint before it. */
  readonly kind: 'sweep' | 'trial' | 'epoch' | 'dropped'
  /** Of the sweep or the trial. */
  readonly id: string
  /** The state that a sweep or trial came into; null for an epoch. */
  readonly state: string | null
  readonly attempt: number | null
  readonly epoch: number | null
  /** What an epoch measured, to the last bit; null for the others. */
  readonly metrics: string | null
  /** Of an epoch, in milliseconds; null for the others. */
  readonly durationMs: number | null
  /** Milliseconds since 1970, by Postgres' clock, which is this machine's. */
  readonly atMs: number
}

/**
 * Triggers that note each change of state and each epoch that comes or goes, in the transaction that makes it: the tables themselves
 * only show what is left at the end, not what happened twice.
 */
const INSTALL = `
CREATE SCHEMA journal;
CREATE TABLE journal.entry (
  place bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL, id uuid NOT NULL, state text, attempt int, epoch int,
  metrics text, duration_ms float8
);
CREATE FUNCTION journal.note_sweep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal.entry (kind, id, state) VALUES ('sweep', NEW.id, NEW.state);
  RETURN NULL;
END $$;
CREATE FUNCTION journal.note_trial() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal.entry (kind, id, state, attempt) VALUES ('trial', NEW.id, NEW.state, NEW.attempts);
  RETURN NULL;
END $$;
CREATE FUNCTION journal.note_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE e public.epoch;
BEGIN
  IF TG_OP = 'INSERT' THEN e := NEW; ELSE e := OLD; END IF;
  INSERT INTO journal.entry (kind, id, attempt, epoch, metrics, duration_ms)
  VALUES (TG_ARGV[0], e.trial_id, e.attempt, e.epoch, concat_ws(' ', e.loss, e.acc, e.val_loss, e.val_acc), e.duration_ms);
  RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON public.sweep FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION journal.note_sweep();
CREATE TRIGGER note AFTER UPDATE ON public.trial FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION journal.note_trial();
CREATE TRIGGER note AFTER INSERT ON public.epoch FOR EACH ROW EXECUTE FUNCTION journal.note_epoch('epoch');
CREATE TRIGGER note_drop AFTER DELETE ON public.epoch FOR EACH ROW EXECUTE FUNCTION journal.note_epoch('dropped');`

/** Begins to note all changes in this database. */
export async function installJournal(databaseUrl: string): Promise<void> {
  await askPostgres(databaseUrl, INSTALL)
}

/** Everything noted so far, in order. Throws while Postgres is away. */
export function readJournal(databaseUrl: string): Promise<JournalEntry[]> {
  return askPostgres<{ [Field in keyof JournalEntry]: JournalEntry[Field] }>(
    databaseUrl,
    `SELECT kind, id, state, attempt, epoch, metrics, duration_ms AS "durationMs", extract(epoch FROM at)::float8 * 1000 AS "atMs"
     FROM journal.entry ORDER BY place`,
  )
}
