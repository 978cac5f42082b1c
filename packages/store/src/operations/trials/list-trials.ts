import { bestFirst, type Page, type Trial } from '@sweepd/core'
import type { TrialQuery } from '@sweepd/scheduler'
import { formatCursor, parseCursor } from '../../cursor.js'
import type { Database } from '../../database.js'
import { toTrial } from '../../from-rows.js'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { listTrialsByMetric } from './list-trials-by-metric.js'
import { andConditions } from './trial-conditions.js'
import { filterTrials, RUNNING_ATTEMPT, TRIAL_COLUMNS, type TrialRows } from './trial-rows.js'

/** Trials in the order of a metric, or newest first. */
export async function listTrials(database: Database, query: TrialQuery): Promise<Page<Trial>> {
  const { rows, cursorOf } = await readRows(database, query)
  const page = rows.slice(0, query.limit)
  const last = rows.length > query.limit ? page.at(-1) : undefined
  return { items: page.map(toTrial), nextCursor: last ? cursorOf(last) : null }
}

async function readRows(database: Database, query: TrialQuery): Promise<TrialRows> {
  const { sort, order, sweepId } = query
  if (sweepId !== undefined && !isUuid(sweepId)) return { rows: [], cursorOf: () => '' }
  if (sort !== undefined) return listTrialsByMetric(database, query, sort, order ?? bestFirst(sort))
  return sweepId === undefined
    ? listTrialsByCreation(database, query)
    : listTrialsOfSweep(database, query, sweepId)
}

const BY_CREATION = { name: 'created', parts: ['time', 'uuid', 'integer'] } as const
const OF_SWEEP = { name: 'number', parts: ['integer'] } as const

/**
 * Trials of all sweeps, those of the newest sweep first, and of each the highest number first. Reads sweep by sweep, as
 * far as the page needs, so that no index of trials by time has to be kept.
 */
async function listTrialsByCreation(database: Database, query: TrialQuery): Promise<TrialRows> {
  const after = parseCursor(BY_CREATION, query.cursor)
  const sweeps = after
    ? Prisma.sql`(s.created_at, s.id) <= (${after[0]}::timestamptz, ${after[1]}::uuid)`
    : Prisma.sql`true`
  const follows = after
    ? Prisma.sql`AND (s.id <> ${after[1]}::uuid OR t.number < ${after[2]}::int)`
    : Prisma.empty
  const rows = await database.query<TrialRow & { sweepCreatedAt: Date }>(Prisma.sql`
    SELECT ${TRIAL_COLUMNS}, s.created_at AS "sweepCreatedAt"
    FROM (SELECT id, created_at FROM sweep s WHERE ${sweeps} ORDER BY created_at DESC, id DESC) s
    CROSS JOIN LATERAL (
      SELECT t.* FROM trial t ${query.conditions?.length ? RUNNING_ATTEMPT : Prisma.empty}
      WHERE t.sweep_id = s.id ${filterTrials({ state: query.state })} ${follows} ${andConditions(query.conditions)}
      ORDER BY t.number DESC
      LIMIT ${query.limit + 1}
    ) t
    ${RUNNING_ATTEMPT}
    ORDER BY s.created_at DESC, s.id DESC, t.number DESC
    LIMIT ${query.limit + 1}`)
  const createdAt = new Map(rows.map((row) => [row.id, row.sweepCreatedAt]))
  return {
    rows,
    cursorOf: ({ id, sweepId, number, ...row }) =>
      formatCursor(BY_CREATION, [createdAt.get(id) ?? row.createdAt, sweepId, number]),
  }
}

/** Trials of one sweep, the highest number first: a later trial has a higher number. */
async function listTrialsOfSweep(database: Database, query: TrialQuery, sweepId: string): Promise<TrialRows> {
  const after = parseCursor(OF_SWEEP, query.cursor)
  const follows = after ? Prisma.sql`t.number < ${after[0]}::int` : Prisma.sql`true`
  const rows = await database.query<TrialRow>(Prisma.sql`
    SELECT ${TRIAL_COLUMNS}
    FROM trial t ${RUNNING_ATTEMPT}
    WHERE ${follows} ${filterTrials({ ...query, sweepId })} ${andConditions(query.conditions)}
    ORDER BY t.number DESC
    LIMIT ${query.limit + 1}`)
  return { rows, cursorOf: ({ number }) => formatCursor(OF_SWEEP, [number]) }
}
