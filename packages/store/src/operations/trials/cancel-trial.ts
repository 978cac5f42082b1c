import type { TrialStanding } from '@sweepd/scheduler'
import { Prisma, type PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { cancelTrials } from './cancel-trials.js'
import { findStanding } from './find-standing.js'

/** Queued or running → cancelled; answers where the trial stands then. */
export async function cancelTrial(prisma: PrismaClient, trialId: string): Promise<TrialStanding | undefined> {
  if (!isUuid(trialId)) return undefined
  return prisma.$transaction(async (transaction) => {
    const cancelled = await cancelTrials(transaction, Prisma.sql`t.id = ${trialId}::uuid`)
    return findStanding(transaction, trialId, cancelled === 1)
  })
}
