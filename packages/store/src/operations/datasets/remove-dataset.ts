import { type DatasetReference, formatDatasetReference } from '@sweepd/core'
import type { DatasetRemoval } from '@sweepd/scheduler'
import { type Database, LONG_MS } from '../../database.js'
import { Prisma } from '../../generated/client.js'

/**
 * Removes versions of a data set, unless a sweep that has not ended names one of them. Their rows are locked first, and
 * whoever stores a sweep locks the row of its data set too: so a sweep is either seen here, or finds no data set.
 */
export function removeDataset(
  database: Database,
  { name, version }: DatasetReference,
): Promise<DatasetRemoval | undefined> {
  return database.transaction(
    async (transaction) => {
      const isAsked = version === undefined ? Prisma.empty : Prisma.sql`AND version = ${version}::int`
      const rows = await transaction.query<{ id: string; version: number }>(Prisma.sql`
        SELECT id, version FROM dataset WHERE name = ${name} AND state = 'ready' ${isAsked}
        ORDER BY version FOR UPDATE`)
      if (rows.length === 0) return undefined
      const references = rows.map((row) => formatDatasetReference(name, row.version))
      const users = await transaction.query<{ id: string }>(Prisma.sql`
        SELECT id FROM sweep
        WHERE state IN ('running', 'paused') AND definition ->> 'dataset' = ANY(${references}::text[])
        ORDER BY created_at, id LIMIT 100`)
      if (users.length > 0) return { removed: 0, usedBy: users.map(({ id }) => id) }
      const ids = rows.map(({ id }) => id)
      const removed = await transaction.execute(
        Prisma.sql`DELETE FROM dataset WHERE id = ANY(${ids}::uuid[])`,
      )
      return { removed, usedBy: [] }
    },
    { statementMs: LONG_MS },
  )
}
