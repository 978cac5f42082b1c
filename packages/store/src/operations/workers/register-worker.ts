import type { NewWorker } from '@sweepd/scheduler'
import type { PrismaClient } from '../../generated/client.js'

/** Stores a worker as just started; the one before with the same id is forgotten. */
export async function registerWorker(
  prisma: PrismaClient,
  worker: NewWorker,
  leaseMs: number,
): Promise<void> {
  const { id, host, device, engine, slots, version, pid } = worker
  await prisma.$executeRaw`
    INSERT INTO worker (id, host, device, engine, slots, version, pid, lease_ms)
    VALUES (${id}, ${host}, ${device}, ${engine}, ${slots}::int, ${version}, ${pid}::int, ${leaseMs}::float8)
    ON CONFLICT (id) DO UPDATE
    SET host = excluded.host, device = excluded.device, engine = excluded.engine, slots = excluded.slots,
        version = excluded.version, pid = excluded.pid, lease_ms = excluded.lease_ms, started_at = now(),
        last_seen_at = now(), drain_requested_at = NULL, stopped_at = NULL`
}
