import type { Pruner } from '@sweepd/core'
import { judgePatience } from './patience.js'
import { judgePercentile } from './percentile.js'
import { hasRungs, listRungs } from './rungs.js'
import { judgeThreshold } from './threshold.js'
import { CONTINUE, countEpochs, type EpochFacts, type Verdict } from './verdict.js'

/**
 * Whether a trial of so many epochs is judged after this one: what the pruner says without a look at any facts. After the
 * last epoch only the score is left to do, so nothing is pruned then.
 */
export const isJudged = (pruner: Pruner, epoch: number, epochs: number): boolean =>
  pruner.type !== 'none' && epoch < epochs && (!hasRungs(pruner) || listRungs(pruner, epochs).includes(epoch))

/** Judges a trial after an epoch, from the facts alone: the same facts give the same verdict. */
export function judgeEpoch(pruner: Pruner, facts: EpochFacts): Verdict {
  if (!isJudged(pruner, facts.history.length, facts.epochs)) return CONTINUE
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
      return holdAtRung(pruner, facts)
  }
}

/** Whether the pruner compares a trial with the others at the same epoch. */
export const needsPeers = ({ type }: Pruner): boolean => type === 'percentile' || type === 'median'

const holdAtRung = ({ type }: Pruner, { history }: EpochFacts): Verdict => ({
  kind: 'hold',
  reason: `it waits at the rung of ${countEpochs(history.length)} (${type})`,
})
