import { NotFoundError, type TrialDetail } from '@sweepd/core'
import type { SweepStore } from '../ports.js'

/** @throws NotFoundError */
export async function getTrial(store: SweepStore, trialId: string): Promise<TrialDetail> {
  const trial = await store.findTrial(trialId)
  if (trial === undefined) throw new NotFoundError('trial', trialId)
  return trial
}
