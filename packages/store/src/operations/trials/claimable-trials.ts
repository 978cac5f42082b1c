import type { ClaimableQuery, WaitingTrial } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'

/** How many more trials of `sweep s` may run; NULL where it has no `maxParallel` (`greatest` alone would make that 0). */
const ROOM = Prisma.sql`
  CASE WHEN s.max_parallel IS NOT NULL
       THEN greatest(0, s.max_parallel - (SELECT count(*) FROM trial r WHERE r.sweep_id = s.id AND r.state = 'running'))
  END`

/**
 * Queued trials of running sweeps that may start now, no more of each than its `maxParallel` leaves room for. Reads the
 * tallies and the few trials that wait for a retry, whatever the number of those that wait for a worker.
 */
export async function countClaimableTrials(database: Database): Promise<number> {
  const [sum] = await database.query<{ trials: number }>(Prisma.sql`
    SELECT coalesce(sum(greatest(0, least(tally.queued - delayed.trials, s.max_parallel - tally.running))), 0)::int AS trials
    FROM sweep s
    CROSS JOIN LATERAL (
      SELECT sum(queued) AS queued, sum(running) AS running FROM sweep_tally WHERE sweep_id = s.id
    ) tally
    CROSS JOIN LATERAL (
      SELECT count(*) AS trials FROM trial
      WHERE sweep_id = s.id AND state = 'queued' AND not_before > now()
    ) delayed
    WHERE s.state = 'running'`)
  return sum?.trials ?? 0
}

/** Those trials and the delayed ones in order of id, without those that are held, whose time never comes by itself; how long each has to wait is measured by the database. */
export async function listClaimableTrials(
  database: Database,
  { limit, after, sweepId, isLimited }: ClaimableQuery,
): Promise<readonly WaitingTrial[]> {
  if (sweepId !== undefined && !isUuid(sweepId)) return []
  const place = after === undefined ? Prisma.empty : Prisma.sql`AND t.id > ${after}::uuid`
  const ofSweep = sweepId === undefined ? Prisma.empty : Prisma.sql`AND s.id = ${sweepId}::uuid`
  const ofUnlimited = isLimited ? Prisma.sql`false` : Prisma.sql`s.max_parallel IS NULL`
  return database.query<WaitingTrial>(Prisma.sql`
    WITH admitted AS (
      SELECT next.id
      FROM sweep s
      CROSS JOIN LATERAL (
        SELECT id FROM trial
        WHERE sweep_id = s.id AND state = 'queued' AND not_before IS DISTINCT FROM 'infinity'
        ORDER BY coalesce(not_before, '-infinity'), number
        LIMIT ${ROOM}
      ) next
      WHERE s.state = 'running' AND s.max_parallel IS NOT NULL ${ofSweep}
    )
    SELECT t.id AS "trialId", t.attempts + 1 AS attempt,
           greatest(0, ceil(extract(epoch FROM coalesce(t.not_before, now()) - now()) * 1000))::float8 AS "delayMs"
    FROM trial t JOIN sweep s ON s.id = t.sweep_id
    WHERE t.state = 'queued' AND t.not_before IS DISTINCT FROM 'infinity' AND s.state = 'running' ${ofSweep} ${place}
      AND (${ofUnlimited} OR t.id IN (SELECT id FROM admitted))
    ORDER BY t.id
    LIMIT ${limit}`)
}
