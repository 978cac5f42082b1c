import type { SweepChanges, SweepState } from '@sweepd/core'
import type { SweepStanding } from '@sweepd/scheduler'
import { type Database, LONG_MS } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { cancelTrials } from '../trials/cancel-trials.js'
import { lockSweep } from './lock-sweep.js'

/** running → paused; returns the state that the sweep is in then. */
export function pauseSweep(
  database: Database,
  sweepId: string,
  reason: string,
): Promise<SweepState | undefined> {
  return lockSweep(database, sweepId, async (transaction, state) => {
    if (state !== 'running') return state
    await transaction.execute(Prisma.sql`
      UPDATE sweep SET state = 'paused', pause_reason = ${reason} WHERE id = ${sweepId}::uuid`)
    return 'paused'
  })
}

/** paused → running, with its failures so far forgiven; returns the state that the sweep is in then. */
export function resumeSweep(database: Database, sweepId: string): Promise<SweepState | undefined> {
  return lockSweep(database, sweepId, async (transaction, state) => {
    if (state !== 'paused') return state
    await transaction.execute(Prisma.sql`
      UPDATE sweep SET state = 'running', pause_reason = NULL, forgiven = (
        SELECT count(*) FROM trial WHERE sweep_id = sweep.id AND trial.state = 'failed'
      ) WHERE id = ${sweepId}::uuid`)
    return 'running'
  })
}

/** Running or paused → cancelled, with all its queued and running trials; returns the state that it is in then. */
export function cancelSweep(database: Database, sweepId: string): Promise<SweepStanding | undefined> {
  return lockSweep(
    database,
    sweepId,
    async (transaction, state) => {
      if (state !== 'running' && state !== 'paused') return { state, changedTrials: 0 }
      await transaction.execute(Prisma.sql`
        UPDATE sweep SET state = 'cancelled', pause_reason = NULL, growing = false, finished_at = now() WHERE id = ${sweepId}::uuid`)
      const changedTrials = await cancelTrials(transaction, Prisma.sql`t.sweep_id = ${sweepId}::uuid`)
      return { state: 'cancelled', changedTrials }
    },
    { statementMs: LONG_MS },
  )
}

/** Changes what is given; false if nothing has the id. */
export async function updateSweep(
  database: Database,
  sweepId: string,
  { priority, maxParallel }: SweepChanges,
): Promise<boolean> {
  const isChanged = await lockSweep(database, sweepId, async (transaction) => {
    if (priority !== undefined)
      await transaction.execute(
        Prisma.sql`UPDATE sweep SET priority = ${priority}::int WHERE id = ${sweepId}::uuid`,
      )
    if (maxParallel !== undefined)
      await transaction.execute(
        Prisma.sql`UPDATE sweep SET max_parallel = ${maxParallel}::int WHERE id = ${sweepId}::uuid`,
      )
    return true
  })
  return isChanged ?? false
}

/** Deletes a completed or cancelled sweep with all that hangs on it; returns the state that it was in. */
export function deleteSweep(database: Database, sweepId: string): Promise<SweepState | undefined> {
  return lockSweep(
    database,
    sweepId,
    async (transaction, state) => {
      if (state === 'completed' || state === 'cancelled')
        await transaction.execute(Prisma.sql`DELETE FROM sweep WHERE id = ${sweepId}::uuid`)
      return state
    },
    { statementMs: LONG_MS },
  )
}
