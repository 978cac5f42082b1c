import type { TrialStanding } from '@sweepd/scheduler'
import type { Prisma } from '../../generated/client.js'

/** Where a trial stands after a change that was asked for; undefined where nothing has the id. */
export async function findStanding(
  transaction: Prisma.TransactionClient,
  trialId: string,
  isChanged: boolean,
): Promise<TrialStanding | undefined> {
  const trial = await transaction.trial.findUnique({
    where: { id: trialId },
    select: { sweepId: true, state: true, sweep: { select: { state: true } } },
  })
  return trial === null
    ? undefined
    : { sweepId: trial.sweepId, sweepState: trial.sweep.state, state: trial.state, isChanged }
}
