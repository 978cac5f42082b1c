import type { SweepChanges } from '@sweepd/core'
import type { PrismaClient } from '../../generated/client.js'
import { lockSweep } from './lock-sweep.js'

/** Changes what is given; false where nothing has the id. */
export async function updateSweep(
  prisma: PrismaClient,
  sweepId: string,
  { priority, maxParallel }: SweepChanges,
): Promise<boolean> {
  const isChanged = await lockSweep(prisma, sweepId, async (transaction) => {
    const data = {
      ...(priority !== undefined && { priority }),
      ...(maxParallel !== undefined && { maxParallel }),
    }
    await transaction.sweep.update({ where: { id: sweepId }, data })
    return true
  })
  return isChanged ?? false
}
