import type { TrialQuery } from '@sweepd/scheduler'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'

/** A page of rows, one more than asked for where the list goes on, and the cursor of a row in their order. */
export interface TrialRows {
  readonly rows: readonly TrialRow[]
  cursorOf(row: TrialRow): string
}

/** The filters of a query as conditions on `trial t`, each with AND before it. */
export function filterTrials({ sweepId, state }: TrialQuery): Prisma.Sql {
  const bySweep = sweepId === undefined ? Prisma.empty : Prisma.sql`AND t.sweep_id = ${sweepId}::uuid`
  const byState = state === undefined ? Prisma.empty : Prisma.sql`AND t.state = ${state}::trial_state`
  return Prisma.sql`${bySweep} ${byState}`
}
