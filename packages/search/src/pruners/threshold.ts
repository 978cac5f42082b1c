import { bestOf, formatObjective, isBetter } from './objective.js'
import { CONTINUE, countEpochs, type EpochFacts, type Verdict } from './verdict.js'

/** Prunes a trial whose best epoch has not reached a value once the warm-up is over. */
export function judgeThreshold(
  { value, warmup }: { readonly value: number; readonly warmup: number },
  { objective, history }: EpochFacts,
): Verdict {
  if (history.length <= warmup) return CONTINUE
  const best = bestOf(objective, history)
  if (!isBetter(objective, value, best)) return CONTINUE
  const epoch = countEpochs(history.length)
  const reason = `after ${epoch} its best ${formatObjective(objective, best)} has not reached ${value}`
  return { kind: 'prune', reason }
}
