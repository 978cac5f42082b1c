import type { TrialDetail } from '@sweepd/core'
import { toTrialDetail } from '../../from-rows.js'
import type { PrismaClient } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { readOnly } from '../../read-only.js'
import { findWaitingReason } from './find-waiting-reason.js'

/**
 * The trial with this id, with its history, score and attempts. One query after the other: `include` would send them
 * at once over the one connection of the transaction, which pg warns of and will refuse from version 9.
 */
export async function findTrial(prisma: PrismaClient, id: string): Promise<TrialDetail | undefined> {
  if (!isUuid(id)) return undefined
  return readOnly(prisma, async (transaction) => {
    const trial = await transaction.trial.findUnique({ where: { id } })
    if (trial === null) return undefined
    const history = await transaction.epoch.findMany({
      where: { trialId: id },
      orderBy: [{ retry: 'asc' }, { epoch: 'asc' }],
    })
    const attemptHistory = await transaction.attempt.findMany({
      where: { trialId: id },
      orderBy: { number: 'asc' },
    })
    const score = await transaction.score.findUnique({ where: { trialId: id } })
    const waitingReason = trial.state === 'queued' ? await findWaitingReason(transaction, id) : null
    return toTrialDetail({ ...trial, history, attemptHistory, score, waitingReason })
  })
}
