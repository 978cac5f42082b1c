import type { SweepStanding } from '@sweepd/scheduler'
import { Prisma, type PrismaClient } from '../../generated/client.js'
import { cancelTrials } from '../trials/cancel-trials.js'
import { lockSweep } from './lock-sweep.js'

/** Running or paused → cancelled, with all its queued and running trials; answers the state that it is in then. */
export async function cancelSweep(prisma: PrismaClient, sweepId: string): Promise<SweepStanding | undefined> {
  return lockSweep(prisma, sweepId, async (transaction, state) => {
    if (state !== 'running' && state !== 'paused') return { state, changedTrials: 0 }
    await transaction.$executeRaw`
      UPDATE sweep SET state = 'cancelled', pause_reason = NULL, finished_at = now() WHERE id = ${sweepId}::uuid`
    const changedTrials = await cancelTrials(transaction, Prisma.sql`t.sweep_id = ${sweepId}::uuid`)
    return { state: 'cancelled', changedTrials }
  })
}
