import type { Worker, WorkerState } from '@sweepd/core'
import type { NewWorker } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma, type Worker as WorkerRow } from '../../generated/client.js'

/** The state of `worker w` as SQL, by the clock of the database. */
export const WORKER_STATE = Prisma.sql`
  CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped'
       WHEN w.last_seen_at + w.lease_ms * interval '1 ms' < now() THEN 'lost'
       WHEN w.drain_requested_at IS NOT NULL THEN 'draining'
       WHEN w.slots = 0 THEN 'waiting'
       ELSE 'alive' END`

/** Stores a worker as just started; the one before with the same id is forgotten. */
export async function registerWorker(database: Database, worker: NewWorker, leaseMs: number): Promise<void> {
  const { id, host, device, engine, slots, version, pid, waitingReason = null, slotDetails = [] } = worker
  await database.beat(Prisma.sql`
    INSERT INTO worker (id, host, device, engine, slots, version, pid, lease_ms, waiting_reason, slot_details)
    VALUES (${id}, ${host}, ${device}, ${engine}, ${slots}::int, ${version}, ${pid}::int, ${leaseMs}::float8,
            ${waitingReason}, ${JSON.stringify(slotDetails)}::jsonb)
    ON CONFLICT (id) DO UPDATE
    SET host = excluded.host, device = excluded.device, engine = excluded.engine, slots = excluded.slots,
        version = excluded.version, pid = excluded.pid, lease_ms = excluded.lease_ms, started_at = now(),
        last_seen_at = now(), drain_requested_at = NULL, stopped_at = NULL, waiting_reason = excluded.waiting_reason,
        slot_details = excluded.slot_details`)
}

/** Alive or waiting → draining; returns the state that the worker is in then, undefined if nothing has the id. */
export async function requestDrain(database: Database, workerId: string): Promise<WorkerState | undefined> {
  await database.execute(Prisma.sql`
    UPDATE worker w SET drain_requested_at = now() WHERE w.id = ${workerId} AND ${WORKER_STATE} IN ('alive', 'waiting')`)
  const [worker] = await database.query<{ state: WorkerState }>(
    Prisma.sql`SELECT ${WORKER_STATE} AS state FROM worker w WHERE w.id = ${workerId}`,
  )
  return worker?.state
}

/** Marks a worker as stopped and frees its GPUs; the next one that registers with its id is alive again. */
export async function deregisterWorker(database: Database, workerId: string): Promise<void> {
  await database.execute(Prisma.sql`
    WITH freed AS (DELETE FROM gpu_lease WHERE worker_id = ${workerId})
    UPDATE worker SET stopped_at = now() WHERE id = ${workerId}`)
}

/** Forgets workers and leases of GPUs that have not been seen for so long; returns how many workers. */
export function removeOldWorkers(database: Database, unseenMs: number): Promise<number> {
  return database.execute(Prisma.sql`
    WITH unused AS (DELETE FROM gpu_lease WHERE expires_at < now() - ${unseenMs}::float8 * interval '1 ms')
    DELETE FROM worker WHERE last_seen_at < now() - ${unseenMs}::float8 * interval '1 ms'`)
}

type ListedRow = Omit<WorkerRow, 'leaseMs' | 'drainRequestedAt' | 'stoppedAt' | 'slotDetails'> & {
  readonly slotDetails: Worker['slotDetails']
  readonly state: WorkerState
  readonly trials: Worker['trials'] | null
}

/** All workers, those alive first, then the last seen, each with what it trains. */
export async function listWorkers(database: Database): Promise<readonly Worker[]> {
  const rows = await database.query<ListedRow>(Prisma.sql`
    SELECT w.id, w.host, w.device, w.engine, w.slots, w.version, w.pid, w.started_at AS "startedAt",
           w.last_seen_at AS "lastSeenAt", ${WORKER_STATE} AS state, w.waiting_reason AS "waitingReason",
           w.slot_details AS "slotDetails", busy.trials
    FROM worker w
    LEFT JOIN (
      SELECT a.worker_id, json_agg(json_build_object(
               'trialId', t.id, 'sweepId', t.sweep_id, 'number', t.number, 'attempt', a.number,
               'epochsDone', a.epochs_done, 'epochs', t.epochs
             ) ORDER BY a.started_at, t.number) AS trials
      FROM attempt a JOIN trial t ON t.id = a.trial_id
      WHERE a.outcome = 'running'
      GROUP BY a.worker_id
    ) busy ON busy.worker_id = w.id
    ORDER BY ${WORKER_STATE} IN ('stopped', 'lost'), w.last_seen_at DESC, w.id`)
  return rows.map(({ trials, startedAt, lastSeenAt, ...worker }) => ({
    ...worker,
    startedAt: startedAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    trials: trials ?? [],
  }))
}

/** Queued and running trials of running sweeps, by their tallies: no trial is read. */
export async function countUnfinishedTrials(database: Database): Promise<number> {
  const [row] = await database.query<{ trials: number }>(Prisma.sql`
    SELECT coalesce(sum(t.queued + t.running), 0)::int AS trials
    FROM sweep s JOIN sweep_tally t ON t.sweep_id = s.id
    WHERE s.state = 'running'`)
  return row?.trials ?? 0
}
