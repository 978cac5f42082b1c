import type { Pruner } from '@sweepd/core'
import { judgePatience } from './patience.js'
import { judgePercentile } from './percentile.js'
import { listRungs } from './rungs.js'
import { judgeThreshold } from './threshold.js'
import { CONTINUE, countEpochs, type EpochFacts, type Verdict } from './verdict.js'

/**
 * Judges a trial after an epoch, from the facts alone: the same facts give the same verdict. After the last epoch only
 * the score is left to do, so nothing is pruned then.
 */
export function judgeEpoch(pruner: Pruner, facts: EpochFacts): Verdict {
  if (facts.history.length >= facts.epochs) return CONTINUE
  switch (pruner.type) {
    case 'none':
      return CONTINUE
    case 'percentile':
      return judgePercentile(pruner, pruner.keep, facts)
    case 'median':
      return judgePercentile(pruner, 0.5, facts)
    case 'patience':
      return judgePatience(pruner, facts)
    case 'threshold':
      return judgeThreshold(pruner, facts)
    case 'asha':
    case 'iEpoch':
      return judgeRung(pruner, facts)
  }
}

/** Whether the pruner compares a trial with the others at the same epoch. */
export const needsPeers = ({ type }: Pruner): boolean => type === 'percentile' || type === 'median'

function judgeRung(pruner: Pruner, { history, epochs }: EpochFacts): Verdict {
  const epoch = history.length
  if (!listRungs(pruner, epochs).includes(epoch)) return CONTINUE
  return { kind: 'hold', reason: `it waits at the rung of ${countEpochs(epoch)} (${pruner.type})` }
}
