import { formatObjective, isBetter } from './objective.js'
import { CONTINUE, countEpochs, type EpochFacts, type Verdict } from './verdict.js'

/** Prunes a trial that has had no better epoch for so many in a row; an improvement below `minDelta` is none. */
export function judgePatience(
  { epochs: patience, minDelta }: { readonly epochs: number; readonly minDelta: number },
  { objective, history }: EpochFacts,
): Verdict {
  const sign = objective.direction === 'maximize' ? 1 : -1
  let best = Number.NaN
  let bestEpoch = 0
  for (const [index, value] of history.entries()) {
    if (index > 0 && !isBetter(objective, value, best + sign * minDelta)) continue
    best = value
    bestEpoch = index + 1
  }
  if (history.length - bestEpoch < patience) return CONTINUE
  const reason =
    `no better epoch for ${countEpochs(history.length - bestEpoch)}: ` +
    `${formatObjective(objective, best)} was reached after ${countEpochs(bestEpoch)}`
  return { kind: 'prune', reason }
}
