import type { SweepState, TrialState } from '@sweepd/core'
import type { TrialStanding } from '@sweepd/scheduler'
import type { Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'

/** Where a trial stands after a change that was asked for; undefined if nothing has the id. */
export async function findStanding(
  transaction: Queryable,
  trialId: string,
  isChanged: boolean,
): Promise<TrialStanding | undefined> {
  const [trial] = await transaction.query<{ sweepId: string; state: TrialState; sweepState: SweepState }>(
    Prisma.sql`
      SELECT t.sweep_id AS "sweepId", t.state, s.state AS "sweepState"
      FROM trial t JOIN sweep s ON s.id = t.sweep_id WHERE t.id = ${trialId}::uuid`,
  )
  return trial && { ...trial, isChanged }
}
