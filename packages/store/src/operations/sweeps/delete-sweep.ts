import type { SweepState } from '@sweepd/core'
import type { PrismaClient } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

/** Deletes a completed or cancelled sweep with all that hangs on it; answers the state that it was in. */
export async function deleteSweep(prisma: PrismaClient, sweepId: string): Promise<SweepState | undefined> {
  return lockSweep(prisma, sweepId, async (transaction, state) => {
    if (state === 'completed' || state === 'cancelled')
      await transaction.$executeRaw`DELETE FROM sweep WHERE id = ${sweepId}::uuid`
    return state
  })
}
