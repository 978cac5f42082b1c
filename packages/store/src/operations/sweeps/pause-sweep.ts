import type { SweepState } from '@sweepd/core'
import type { PrismaClient } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

/** running → paused; answers the state that the sweep is in then. */
export async function pauseSweep(
  prisma: PrismaClient,
  sweepId: string,
  reason: string,
): Promise<SweepState | undefined> {
  return lockSweep(prisma, sweepId, async (transaction, state) => {
    if (state !== 'running') return state
    await transaction.sweep.update({ where: { id: sweepId }, data: { state: 'paused', pauseReason: reason } })
    return 'paused'
  })
}
