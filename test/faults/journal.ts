import { askPostgres } from './deployment/ask-servers.js'

/** One change that Postgres committed. */
export interface JournalEntry {
  readonly kind: 'sweep' | 'trial' | 'epoch'
  /** Of the sweep or the trial. */
  readonly id: string
  /** The state that a sweep or trial came into; null for an epoch. */
  readonly state: string | null
  readonly attempt: number | null
  readonly epoch: number | null
  /** Milliseconds since 1970, by Postgres' clock, which is this machine's. */
  readonly atMs: number
}

/**
 * Triggers that note each change of state and each new epoch in the transaction that makes it: the tables themselves
 * only show what is left at the end, not what happened twice.
 */
const INSTALL = `
CREATE SCHEMA journal;
CREATE TABLE journal.entry (
  place bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL, id uuid NOT NULL, state text, attempt int, epoch int
);
CREATE FUNCTION journal.note_sweep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal.entry (kind, id, state) VALUES ('sweep', NEW.id, NEW.state);
  RETURN NULL;
END $$;
CREATE FUNCTION journal.note_trial() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal.entry (kind, id, state, attempt) VALUES ('trial', NEW.id, NEW.state, NEW.attempts);
  RETURN NULL;
END $$;
CREATE FUNCTION journal.note_epoch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal.entry (kind, id, attempt, epoch) VALUES ('epoch', NEW.trial_id, NEW.attempt, NEW.epoch);
  RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON public.sweep FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION journal.note_sweep();
CREATE TRIGGER note AFTER UPDATE ON public.trial FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION journal.note_trial();
CREATE TRIGGER note AFTER INSERT ON public.epoch FOR EACH ROW EXECUTE FUNCTION journal.note_epoch();`

/** Begins to note all changes in this database. */
export async function installJournal(databaseUrl: string): Promise<void> {
  await askPostgres(databaseUrl, INSTALL)
}

/** Everything noted so far, in order. Throws while Postgres is away. */
export function readJournal(databaseUrl: string): Promise<JournalEntry[]> {
  return askPostgres<{ [Field in keyof JournalEntry]: JournalEntry[Field] }>(
    databaseUrl,
    `SELECT kind, id, state, attempt, epoch, extract(epoch FROM at)::float8 * 1000 AS "atMs"
     FROM journal.entry ORDER BY place`,
  )
}
