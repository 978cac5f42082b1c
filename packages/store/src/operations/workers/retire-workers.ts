import type { PrismaClient } from '../../generated/client.js'

/** Marks a worker as stopped; the next one that registers with its id is alive again. */
export async function deregisterWorker(prisma: PrismaClient, workerId: string): Promise<void> {
  await prisma.$executeRaw`UPDATE worker SET stopped_at = now() WHERE id = ${workerId}`
}

/** Forgets workers that have not been seen for so long; answers how many. */
export function removeOldWorkers(prisma: PrismaClient, unseenMs: number): Promise<number> {
  return prisma.$executeRaw`
    DELETE FROM worker WHERE last_seen_at < now() - ${unseenMs}::float8 * interval '1 ms'`
}
