import type { TrialQuery } from '@sweepd/scheduler'
import { formatCursor, parseCursor } from '../../cursor.js'
import { Prisma, type PrismaClient, type Trial as TrialRow } from '../../generated/client.js'
import { TRIAL_COLUMNS } from './trial-columns.js'
import { filterTrials, type TrialRows } from './trial-rows.js'

const BY_CREATION = { name: 'created', parts: ['time', 'uuid', 'integer'] } as const
const OF_SWEEP = { name: 'number', parts: ['integer'] } as const

/** Trials of all sweeps, newest first; those of one sweep are as old as each other and go by their number. */
export async function listTrialsByCreation(prisma: PrismaClient, query: TrialQuery): Promise<TrialRows> {
  const after = parseCursor(BY_CREATION, query.cursor)
  const follows = after
    ? Prisma.sql`(t.created_at, t.sweep_id, t.number) < (${after[0]}::timestamptz, ${after[1]}::uuid, ${after[2]}::int)`
    : Prisma.sql`true`
  const rows = await prisma.$queryRaw<TrialRow[]>`
    SELECT ${TRIAL_COLUMNS}
    FROM trial t
    WHERE ${follows} ${filterTrials(query)}
    ORDER BY t.created_at DESC, t.sweep_id DESC, t.number DESC
    LIMIT ${query.limit + 1}`
  return {
    rows,
    cursorOf: ({ createdAt, sweepId, number }) => formatCursor(BY_CREATION, [createdAt, sweepId, number]),
  }
}

/** Trials of one sweep, the highest number first: a later trial has a higher number. */
export async function listTrialsOfSweep(
  prisma: PrismaClient,
  query: TrialQuery,
  sweepId: string,
): Promise<TrialRows> {
  const after = parseCursor(OF_SWEEP, query.cursor)
  const follows = after ? Prisma.sql`t.number < ${after[0]}::int` : Prisma.sql`true`
  const rows = await prisma.$queryRaw<TrialRow[]>`
    SELECT ${TRIAL_COLUMNS}
    FROM trial t
    WHERE ${follows} ${filterTrials({ ...query, sweepId })}
    ORDER BY t.number DESC
    LIMIT ${query.limit + 1}`
  return { rows, cursorOf: ({ number }) => formatCursor(OF_SWEEP, [number]) }
}
