import { bestOf, formatObjective, isBetter } from './objective.js'
import { CONTINUE, countEpochs, type EpochFacts, type Verdict } from './verdict.js'

/** What the percentile and the median pruner share. */
interface PercentileOptions {
  readonly warmup: number | null
  readonly startup: number
}

const LEAST_WARMUP = 2
const WARMUP_SHARE = 0.15

/**
 * Prunes a trial whose best epoch so far is worse than what the better `keep` of the others had at this epoch. Its best
 * and not its newest, as in Optuna's percentile pruner: validation metrics jump, and one bad epoch proves nothing.
 * Keeping three quarters is the lenient end, which did best of all pruners in Optuna's own study (optuna#2906).
 */
export function judgePercentile(options: PercentileOptions, keep: number, facts: EpochFacts): Verdict {
  const { objective, epochs, history, peers } = facts
  const epoch = history.length
  const warmup = options.warmup ?? Math.max(LEAST_WARMUP, Math.ceil(WARMUP_SHARE * epochs))
  if (epoch <= warmup || peers.length < options.startup) return CONTINUE
  const best = bestOf(objective, history)
  const bound = quantileFromBest(facts, keep)
  if (!isBetter(objective, bound, best)) return CONTINUE
  const share = keep === 0.5 ? 'the median' : `the best ${Number((keep * 100).toFixed(1))} %`
  const reason =
    `after ${countEpochs(epoch)} its best ${formatObjective(objective, best)} is worse than ` +
    `${Number(bound.toPrecision(4))}, ${share} of ${peers.length} other trials`
  return { kind: 'prune', reason }
}

/** The value that the better `share` of the peers reach, interpolated linearly between two of them. */
function quantileFromBest({ objective, peers }: EpochFacts, share: number): number {
  const sorted = [...peers].sort((a, b) => (isBetter(objective, a, b) ? -1 : a === b ? 0 : 1))
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return below + (above - below) * (place - Math.floor(place))
}
