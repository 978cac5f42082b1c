import type { BeatAnswer, Fence, GpuShare, WorkerBeat } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

interface BeatRow {
  readonly drain: boolean
  /** Those of the attempts that still run. */
  readonly held: Fence[]
  /** Those of the leases of GPUs that are still its own, renewed. */
  readonly gpus: GpuShare[]
}

/**
 * One statement for a worker's sign of life: marks it as seen (a worker that was forgotten is stored again), stores how
 * its slots are, and renews the leases of its attempts and GPUs. An attempt that a report or a cancellation holds at this moment is skipped, not waited
 * for: it counts as held, and the next beat knows more. So a beat never deadlocks with those who lock many attempts.
 */
export async function beat(
  database: Database,
  { worker, leaseMs, attempts, gpus = [] }: WorkerBeat,
): Promise<BeatAnswer> {
  const { id, host, device, engine, slots, version, pid, waitingReason = null, slotDetails = [] } = worker
  const known = attempts.filter(({ trialId }) => isUuid(trialId))
  const trialIds = known.map(({ trialId }) => trialId)
  const numbers = known.map(({ attempt }) => attempt)
  const [row] = await database.beat<BeatRow>(Prisma.sql`
    WITH seen AS (
      INSERT INTO worker (id, host, device, engine, slots, version, pid, lease_ms, waiting_reason, slot_details)
      VALUES (${id}, ${host}, ${device}, ${engine}, ${slots}::int, ${version}, ${pid}::int, ${leaseMs}::float8,
              ${waitingReason}, ${JSON.stringify(slotDetails)}::jsonb)
      ON CONFLICT (id) DO UPDATE
      SET last_seen_at = now(), lease_ms = excluded.lease_ms, slots = excluded.slots,
          waiting_reason = excluded.waiting_reason, slot_details = excluded.slot_details
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
    ), leased AS (
      UPDATE gpu_lease g SET expires_at = now() + ${leaseMs}::float8 * interval '1 ms'
      FROM unnest(${gpus.map(({ gpu }) => gpu)}::text[], ${gpus.map(({ share }) => share)}::int[]) AS u(gpu, share)
      WHERE g.gpu = u.gpu AND g.share = u.share AND g.worker_id = ${id}
      RETURNING g.gpu, g.share
    )
    SELECT seen.drain, coalesce((
      SELECT json_agg(json_build_object('trialId', trial_id, 'attempt', number)) FROM held
    ), '[]') AS held, coalesce((
      SELECT json_agg(json_build_object('gpu', gpu, 'share', share)) FROM leased
    ), '[]') AS gpus
    FROM seen`)
  const leased = new Set(row?.gpus.map(({ gpu, share }) => `${gpu} ${share}`))
  const held = new Set(row?.held.map(({ trialId, attempt }) => `${trialId} ${attempt}`))
  return {
    lost: attempts.filter(({ trialId, attempt }) => !held.has(`${trialId.toLowerCase()} ${attempt}`)),
    lostGpus: gpus.filter(({ gpu, share }) => !leased.has(`${gpu} ${share}`)),
    drain: row?.drain ?? false,
  }
}
