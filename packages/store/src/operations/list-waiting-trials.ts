import type { WaitingTrial } from '@sweepd/scheduler'
import { Prisma, type PrismaClient } from '../generated/client.js'

/** Queued trials after an id, in order of id; how long each has to wait is measured by the database. */
export async function listWaitingTrials(
  prisma: PrismaClient,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<readonly WaitingTrial[]> {
  const place = after === undefined ? Prisma.empty : Prisma.sql`AND id > ${after}::uuid`
  return prisma.$queryRaw<WaitingTrial[]>`
    SELECT id AS "trialId", attempts + 1 AS attempt,
           greatest(0, ceil(extract(epoch FROM coalesce(not_before, now()) - now()) * 1000))::float8 AS "delayMs"
    FROM trial
    WHERE state = 'queued' ${place}
    ORDER BY id
    LIMIT ${limit}`
}
