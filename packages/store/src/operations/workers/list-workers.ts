import type { Worker, WorkerState } from '@sweepd/core'
import { Prisma, type PrismaClient, type Worker as WorkerRow } from '../../generated/client.js'

/** The state of `worker w` as SQL, by the clock of the database. */
export const WORKER_STATE = Prisma.sql`
  CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped'
       WHEN w.last_seen_at + w.lease_ms * interval '1 ms' < now() THEN 'lost'
       WHEN w.drain_requested_at IS NOT NULL THEN 'draining'
       ELSE 'alive' END`

type ListedRow = Omit<WorkerRow, 'leaseMs' | 'drainRequestedAt' | 'stoppedAt'> & {
  readonly state: WorkerState
  readonly trials: Worker['trials'] | null
}

/** All workers, those alive first, then the last seen, each with what it trains. */
export async function listWorkers(prisma: PrismaClient): Promise<readonly Worker[]> {
  const rows = await prisma.$queryRaw<ListedRow[]>`
    SELECT w.id, w.host, w.device, w.engine, w.slots, w.version, w.pid, w.started_at AS "startedAt",
           w.last_seen_at AS "lastSeenAt", ${WORKER_STATE} AS state, busy.trials
    FROM worker w
    LEFT JOIN (
      SELECT a.worker_id, json_agg(json_build_object(
               'trialId', t.id, 'sweepId', t.sweep_id, 'number', t.number, 'attempt', a.number,
               'epochsDone', t.epochs_done, 'epochs', t.epochs
             ) ORDER BY a.started_at, t.number) AS trials
      FROM attempt a JOIN trial t ON t.id = a.trial_id
      WHERE a.lease_expires_at IS NOT NULL AND a.outcome = 'running'
      GROUP BY a.worker_id
    ) busy ON busy.worker_id = w.id
    ORDER BY ${WORKER_STATE} IN ('stopped', 'lost'), w.last_seen_at DESC, w.id`
  return rows.map(({ trials, startedAt, lastSeenAt, ...worker }) => ({
    ...worker,
    startedAt: startedAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    trials: trials ?? [],
  }))
}
