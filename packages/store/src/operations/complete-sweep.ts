import type { PrismaClient } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'

/** running → completed, if no trial of it is queued or running. Asked after each trial, so it must not count them. */
export async function completeSweep(prisma: PrismaClient, sweepId: string): Promise<boolean> {
  if (!isUuid(sweepId)) return false
  const completed = await prisma.$executeRaw`
    UPDATE sweep SET state = 'completed', finished_at = now()
    WHERE id = ${sweepId}::uuid AND state = 'running'
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = ${sweepId}::uuid AND state = 'queued')
      AND NOT EXISTS (SELECT FROM trial WHERE sweep_id = ${sweepId}::uuid AND state = 'running')`
  return completed === 1
}
