import type { SweepState } from '@sweepd/core'
import type { PrismaClient } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

/** paused → running, with its failures so far forgiven; answers the state that the sweep is in then. */
export async function resumeSweep(prisma: PrismaClient, sweepId: string): Promise<SweepState | undefined> {
  return lockSweep(prisma, sweepId, async (transaction, state) => {
    if (state !== 'paused') return state
    const forgiven = await transaction.trial.count({ where: { sweepId, state: 'failed' } })
    const data = { state: 'running', pauseReason: null, forgiven } as const
    await transaction.sweep.update({ where: { id: sweepId }, data })
    return 'running'
  })
}
