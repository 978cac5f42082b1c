import type { BeatAnswer, Fence, WorkerBeat } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

interface BeatRow {
  readonly drain: boolean
  /** Those of the attempts that still run. */
  readonly held: Fence[]
}

/**
 * One statement for a worker's sign of life: marks it as seen (a worker that was forgotten is stored again) and renews
 * the leases of its attempts. An attempt that a report or a cancellation holds at this moment is skipped, not waited
 * for: it counts as held, and the next beat knows more. So a beat never deadlocks with those who lock many attempts.
 */
export async function beat(
  database: Database,
  { worker, leaseMs, attempts }: WorkerBeat,
): Promise<BeatAnswer> {
  const { id, host, device, engine, slots, version, pid } = worker
  const known = attempts.filter(({ trialId }) => isUuid(trialId))
  const trialIds = known.map(({ trialId }) => trialId)
  const numbers = known.map(({ attempt }) => attempt)
  const [row] = await database.beat<BeatRow>(Prisma.sql`
    WITH seen AS (
      INSERT INTO worker (id, host, device, engine, slots, version, pid, lease_ms)
      VALUES (${id}, ${host}, ${device}, ${engine}, ${slots}::int, ${version}, ${pid}::int, ${leaseMs}::float8)
      ON CONFLICT (id) DO UPDATE SET last_seen_at = now(), lease_ms = excluded.lease_ms
      RETURNING drain_requested_at IS NOT NULL AS drain
    ), held AS (
      SELECT a.trial_id, a.number
      FROM unnest(${trialIds}::uuid[], ${numbers}::int[]) AS f(trial_id, number) JOIN attempt a USING (trial_id, number)
      WHERE a.outcome = 'running'
    ), free AS (
      SELECT a.trial_id, a.number FROM attempt a JOIN held USING (trial_id, number)
      WHERE a.outcome = 'running'
      FOR NO KEY UPDATE OF a SKIP LOCKED
    ), renewed AS (
      UPDATE attempt a SET lease_expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
      FROM free WHERE a.trial_id = free.trial_id AND a.number = free.number
    )
    SELECT seen.drain, coalesce((
      SELECT json_agg(json_build_object('trialId', trial_id, 'attempt', number)) FROM held
    ), '[]') AS held
    FROM seen`)
  const held = new Set(row?.held.map(({ trialId, attempt }) => `${trialId} ${attempt}`))
  return {
    lost: attempts.filter(({ trialId, attempt }) => !held.has(`${trialId.toLowerCase()} ${attempt}`)),
    drain: row?.drain ?? false,
  }
}
