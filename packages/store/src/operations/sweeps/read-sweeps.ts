import { type Page, parseStoredDefinition, type Sweep } from '@sweepd/core'
import type { SweepQuery } from '@sweepd/scheduler'
import { formatCursor, parseCursor } from '../../cursor.js'
import type { Database, Queryable } from '../../database.js'
import { type StoredSweepRow, toSweep } from '../../from-rows.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { summarizeSweeps } from './summarize-sweeps.js'

const ORDER = { name: 'sweeps', parts: ['time', 'uuid'] } as const

const COLUMNS = Prisma.sql`
  id, definition, state, pause_reason AS "pauseReason", priority, max_parallel AS "maxParallel", planned, growing,
  end_reason AS "endReason", skipped, dataset_digest AS "datasetDigest",
  created_at AS "createdAt", finished_at AS "finishedAt"`

/** The sweep with this id and what its trials add up to. */
export async function findSweep(database: Database, id: string): Promise<Sweep | undefined> {
  const [sweep] = await findSweeps(database, [id])
  return sweep
}

/** Those of the sweeps with these ids that there are, in any order. */
export async function findSweeps(database: Database, ids: readonly string[]): Promise<readonly Sweep[]> {
  const known = ids.filter(isUuid)
  if (known.length === 0) return []
  return database.snapshot(async (transaction) => {
    const rows = await transaction.query<StoredSweepRow>(
      Prisma.sql`SELECT ${COLUMNS} FROM sweep WHERE id = ANY(${known}::uuid[])`,
    )
    return complete(transaction, rows)
  })
}

/** Sweeps, newest first. A page takes one query for the sweeps, three for the sums, and one for each objective in it. */
export async function listSweeps(
  database: Database,
  { limit, cursor, state }: SweepQuery,
): Promise<Page<Sweep>> {
  const after = parseCursor(ORDER, cursor)
  const ofState = state === undefined ? Prisma.empty : Prisma.sql`AND state = ${state}::sweep_state`
  const place = after
    ? Prisma.sql`AND (created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`
    : Prisma.empty
  return database.snapshot(async (transaction) => {
    const rows = await transaction.query<StoredSweepRow>(Prisma.sql`
      SELECT ${COLUMNS} FROM sweep WHERE true ${ofState} ${place}
      ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      items: await complete(transaction, page),
      nextCursor: last ? formatCursor(ORDER, [last.createdAt, last.id]) : null,
    }
  })
}

async function complete(transaction: Queryable, rows: readonly StoredSweepRow[]): Promise<Sweep[]> {
  const sweeps = rows.map((row) => ({ row, definition: parseStoredDefinition(row.definition) }))
  const summarize = await summarizeSweeps(
    transaction,
    sweeps.map(({ row, definition: { objective } }) => ({
      sweepId: row.id,
      planned: row.planned,
      isGrowing: row.growing,
      objective,
    })),
  )
  return sweeps.map(({ row, definition }) => toSweep(row, definition, summarize(row.id)))
}
