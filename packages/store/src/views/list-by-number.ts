import type { Trial } from '@sweepd/core'
import type { ExportQuery } from '@sweepd/scheduler'
import type { Database } from '../database.js'
import { toTrial } from '../from-rows.js'
import { Prisma, type Trial as TrialRow } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'
import { RUNNING_ATTEMPT, TRIAL_COLUMNS } from '../operations/trials/trial-rows.js'

/** The next trials of a sweep by number. Reads the unique index (sweep, number) from there on, however deep. */
export async function listByNumber(
  database: Database,
  { sweepId, from, limit }: ExportQuery,
): Promise<readonly Trial[]> {
  if (!isUuid(sweepId)) return []
  const rows = await database.query<TrialRow>(Prisma.sql`
    SELECT ${TRIAL_COLUMNS} FROM trial t ${RUNNING_ATTEMPT}
    WHERE t.sweep_id = ${sweepId}::uuid AND t.number >= ${from}::int
    ORDER BY t.number
    LIMIT ${limit}`)
  return rows.map(toTrial)
}
