import type { Span } from '@sweepd/core'
import type { SpanQuery } from '@sweepd/scheduler'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'

type SpanRow = Omit<Span, 'startedAt' | 'finishedAt'> & {
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly total: number
}

/** Attempts of any sweep that overlap a stretch of time: the last `limit` of them to start, in order. */
export async function listSpans(database: Database, { from, to, limit }: SpanQuery) {
  const rows = await database.query<SpanRow>(Prisma.sql`
    SELECT a.trial_id AS "trialId", t.sweep_id AS "sweepId", t.number, a.number AS attempt, a.worker_id AS "workerId",
           a.outcome, a.started_at AS "startedAt", a.finished_at AS "finishedAt", count(*) OVER ()::int AS total
    FROM attempt a JOIN trial t ON t.id = a.trial_id
    WHERE a.started_at <= ${to}::timestamptz AND (a.finished_at IS NULL OR a.finished_at >= ${from}::timestamptz)
    ORDER BY a.started_at DESC, t.number DESC
    LIMIT ${limit}`)
  const spans = rows.reverse().map(
    ({ total: _, startedAt, finishedAt, ...span }): Span => ({
      ...span,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
    }),
  )
  return { total: rows[0]?.total ?? 0, spans }
}
