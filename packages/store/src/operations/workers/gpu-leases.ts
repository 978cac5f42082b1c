import type { GpuRequest, GpuShare } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'

/**
 * Leases free shares of GPUs, by the clock of the database: those that nobody has and those whose lease has run out. A
 * share counts for more the more workers use its GPU already, so that GPUs get one user each before any is shared. Of
 * several workers that ask at once for the same share, the first to insert or update its row gets it; the others get
 * fewer than they asked for, and ask again. What is the worker's own already, but not in `held`, it gets back.
 */
export function leaseGpus(
  database: Database,
  { workerId, leaseMs, gpus, sharesPerGpu, limit, held = [] }: GpuRequest,
): Promise<GpuShare[]> {
  return database.beat<GpuShare>(Prisma.sql`
    WITH held AS (
      SELECT gpu, share
      FROM unnest(${held.map(({ gpu }) => gpu)}::text[], ${held.map(({ share }) => share)}::int[]) AS h(gpu, share)
    ), live AS (
      SELECT gpu, share FROM gpu_lease
      WHERE gpu = ANY(${gpus}::text[]) AND expires_at >= now() AND worker_id <> ${workerId}
      UNION SELECT gpu, share FROM held
    ), free AS (
      SELECT u.gpu, s.share, u.place,
             (SELECT count(*) FROM live WHERE live.gpu = u.gpu)
             + row_number() OVER (PARTITION BY u.gpu ORDER BY s.share) AS users
      FROM unnest(${gpus}::text[]) WITH ORDINALITY AS u(gpu, place), generate_series(0, ${sharesPerGpu}::int - 1) AS s(share)
      WHERE NOT EXISTS (SELECT FROM live WHERE live.gpu = u.gpu AND live.share = s.share)
    )
    INSERT INTO gpu_lease AS l (gpu, share, worker_id, expires_at)
    SELECT gpu, share, ${workerId}, now() + ${leaseMs}::float8 * interval '1 ms'
    FROM free ORDER BY users, place LIMIT ${limit}::int
    ON CONFLICT (gpu, share) DO UPDATE SET worker_id = excluded.worker_id, expires_at = excluded.expires_at
    WHERE l.expires_at < now() OR l.worker_id = excluded.worker_id
    RETURNING gpu, share`)
}

/** Frees a share of a GPU if this worker has it. */
export async function releaseGpu(
  database: Database,
  workerId: string,
  { gpu, share }: GpuShare,
): Promise<void> {
  await database.execute(Prisma.sql`
    DELETE FROM gpu_lease WHERE gpu = ${gpu} AND share = ${share}::int AND worker_id = ${workerId}`)
}
