import type { LoggedChange, LogPage, LogPlace } from '@sweepd/scheduler'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'

/** How long lines are kept, and how many: whoever comes back later reads everything anew. */
const KEPT_MS = 15 * 60_000
const KEPT_LINES = 100_000

/**
 * The oldest transaction of this database that has not ended; all below are committed or rolled back, and seen by this
 * statement. Numbers are shared by all databases of a server: transactions of sessions of another one do not count, or a long one there would hold up events here.
 */
const HORIZON = Prisma.sql`(
  SELECT coalesce(min(open.xid::text::bigint), ${nextXid()})
  FROM pg_snapshot_xip(pg_current_snapshot()) AS open(xid)
  WHERE NOT EXISTS (
    SELECT FROM pg_locks own JOIN pg_stat_activity session USING (pid)
    WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock' AND own.transactionid = open.xid::xid
      AND session.datname <> current_database()
  )
)`

/** The first transaction that had not begun when this statement did. */
function nextXid(): Prisma.Sql {
  return Prisma.sql`pg_snapshot_xmax(pg_current_snapshot())::text::bigint`
}

interface LogRow
  extends Record<'horizon' | 'nextXid' | 'oldestXid' | 'oldestId' | 'xid' | 'id', string | null> {
  readonly kind: LoggedChange['kind']
  readonly sweepId: string
  readonly trialId: string | null
}

/**
 * Lines of ended transactions only, in the order of transactions: one that is still open may have taken its numbers long
 * ago, and would be missed if later lines were read before it commits. So events wait for the oldest open transaction of
 * this database that has written something.
 */
export async function readLog(database: Database, from: LogPlace, limit: number): Promise<LogPage> {
  const rows = await database.query<LogRow>(Prisma.sql`
    SELECT h.horizon::text, h.next::text AS "nextXid", o.xid::text AS "oldestXid", o.id::text AS "oldestId", e.xid::text, e.id::text, e.kind,
           e.sweep_id AS "sweepId", e.trial_id AS "trialId"
    FROM (SELECT ${HORIZON} AS horizon, ${nextXid()} AS next OFFSET 0) h
    LEFT JOIN LATERAL (SELECT xid, id FROM event ORDER BY xid, id LIMIT 1) o ON true
    LEFT JOIN LATERAL (
      SELECT * FROM event
      WHERE (event.xid, event.id) >= (${String(from.xid)}::bigint, ${String(from.id)}::bigint)
        AND event.xid < h.horizon
      ORDER BY event.xid, event.id
      LIMIT ${limit}::int
    ) e ON true
    ORDER BY e.xid, e.id`)
  const changes = rows.flatMap(({ xid, id, kind, sweepId, trialId }) =>
    xid === null || id === null ? [] : [{ xid: BigInt(xid), id: BigInt(id), kind, sweepId, trialId }],
  )
  const last = changes.at(-1)
  const isFull = changes.length === limit
  const horizon = BigInt(rows[0]?.horizon ?? 0)
  const end = horizon > from.xid ? { xid: horizon, id: 0n } : from
  return {
    changes,
    isFull,
    next: isFull && last !== undefined ? { xid: last.xid, id: last.id + 1n } : end,
    hasGap: from.xid > BigInt(rows[0]?.nextXid ?? 0) || isOlder(from, rows[0]),
  }
}

/** Trimming leaves the last of the lines that it may remove: from there on the log is whole. */
function isOlder(from: LogPlace, oldest: LogRow | undefined): boolean {
  if (oldest?.oldestXid == null || oldest.oldestId === null) return false
  const xid = BigInt(oldest.oldestXid)
  return from.xid < xid || (from.xid === xid && from.id < BigInt(oldest.oldestId))
}

export async function findEndOfLog(database: Database): Promise<LogPlace> {
  const [row] = await database.query<{ horizon: string }>(Prisma.sql`SELECT ${HORIZON}::text AS horizon`)
  return { xid: BigInt(row?.horizon ?? 0), id: 0n }
}

/**
 * Forgets old lines, all before one that stays; returns how many. Looks at both ends of the log first, as it is called
 * by every process every few seconds, and usually there is nothing to do. Lines of a log that was restored from
 * another server may have numbers that lie ahead: they go, too.
 */
export async function trimLog(database: Database): Promise<number> {
  const [due] = await database.query<{ isDue: boolean }>(Prisma.sql`
    SELECT oldest.at < now() - ${KEPT_MS * 1.1}::float8 * interval '1 ms'
           OR newest.id - oldest.id > ${Math.round(KEPT_LINES * 1.1)}::bigint
           OR newest.xid >= ${nextXid()} AS "isDue"
    FROM (SELECT id, at FROM event ORDER BY xid, id LIMIT 1) oldest,
         (SELECT xid, id FROM event ORDER BY xid DESC, id DESC LIMIT 1) newest`)
  if (due?.isDue !== true) return 0
  return database.execute(Prisma.sql`
    WITH ended AS MATERIALIZED (
      SELECT ${HORIZON} AS horizon
    ), newest AS (
      SELECT id FROM event WHERE xid < (SELECT horizon FROM ended) ORDER BY xid DESC, id DESC LIMIT 1
    ), boundary AS (
      SELECT xid, id FROM event
      WHERE xid < (SELECT horizon FROM ended) AND (
        at < now() - ${KEPT_MS}::float8 * interval '1 ms' OR id <= (SELECT id FROM newest) - ${KEPT_LINES}::bigint
      )
      ORDER BY xid DESC, id DESC LIMIT 1
    )
    DELETE FROM event
    WHERE (xid, id) < (SELECT xid, id FROM boundary)
       OR xid >= ${nextXid()}`)
}
