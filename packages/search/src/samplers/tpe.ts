import { type ModelSpace, type ModelTrial, normalise, type Row } from '../model/model-space.js'
import { ParzenEstimator } from '../model/parzen-estimator.js'
import type { CounterRandom } from '../random/counter-random.js'

/** Points drawn from the good density, of which the one with the best ratio is proposed. */
const CANDIDATES = 24
/** Share of the trials that count as good, and how many at most. */
const GOOD_SHARE = 0.1
const MAX_GOOD = 25
/** The newest trials all count alike; what is older counts less and less. */
const FULL_WEIGHT = 25
/** Kernels of the bad density: more of them cost milliseconds and change hardly anything. */
const MAX_BAD = 300

/**
 * Rows for the next trial, the most promising first, by the tree-structured Parzen estimator (Bergstra et al. 2011) as
 * Optuna 5 computes it: the best tenth of the trials makes one density, all others make another, and of 24 points drawn
 * from the first the one with the highest ratio of the two wins. Kernels are products over all axes (multivariate), and
 * running trials count as bad ones, so that parallel trials keep away from each other (constant liar). Pruned trials
 * rank behind all completed ones, diverged ones last. Axes that do not matter everywhere stay in the same kernels: see
 * ParzenEstimator. Needs at least one trial that completed or was pruned.
 */
export function* proposeByTpe(
  space: ModelSpace,
  trials: readonly ModelTrial[],
  random: CounterRandom,
  extra: Iterable<Row> = [],
): Generator<Row> {
  const { good, bad } = split(trials)
  const goodDensity = createDensity(space, good)
  const badDensity = createDensity(space, thin(bad))
  const rank = (rows: Row[]): Row[] => {
    const [goods, bads] = [goodDensity.logDensities(rows), badDensity.logDensities(rows)]
    const score = (index: number) => (goods[index] ?? 0) - (bads[index] ?? 0)
    const order = [...rows.keys()].sort((a, b) => score(b) - score(a) || a - b)
    return order.map((index) => rows[index] as Row)
  }
  yield* rank(Array.from({ length: CANDIDATES }, () => normalise(space, goodDensity.sample(random))))
  // All of them were taken: the best of other rows.
  yield* rank([...extra])
}

/** Splits trials, which are in the order of their numbers, into the best tenth and the others, in the same order. */
function split(trials: readonly ModelTrial[]): { good: ModelTrial[]; bad: ModelTrial[] } {
  let ended = 0
  for (const { outcome } of trials) if (outcome.kind !== 'running') ended++
  const wanted = Math.min(Math.ceil(GOOD_SHARE * ended), MAX_GOOD)
  const best: ModelTrial[] = []
  for (const trial of trials) {
    if (trial.outcome.kind === 'running') continue
    const last = best[wanted - 1]
    if (last !== undefined && compare(trial, last) >= 0) continue
    let place = best.length
    while (place > 0 && compare(trial, best[place - 1] as ModelTrial) < 0) place--
    best.splice(place, 0, trial)
    best.length = Math.min(best.length, wanted)
  }
  const isGood = new Set(best)
  const bad: ModelTrial[] = []
  for (const trial of trials) if (!isGood.has(trial)) bad.push(trial)
  return { good: best.sort((a, b) => a.number - b.number), bad }
}

/** Completed trials by loss; then pruned ones, those that came furthest first; diverged ones last. Ties go to the older one. */
function compare({ outcome: a, number }: ModelTrial, { outcome: b, number: other }: ModelTrial): number {
  const ranks = { completed: 0, pruned: 1, diverged: 2, running: 3 }
  if (a.kind === 'completed' && b.kind === 'completed') return a.loss - b.loss || number - other
  if (a.kind === 'pruned' && b.kind === 'pruned')
    return b.epoch - a.epoch || a.loss - b.loss || number - other
  return ranks[a.kind] - ranks[b.kind] || number - other
}

/** The newest in full, and evenly spaced ones of the others, which stand for those between them. */
function thin(trials: readonly ModelTrial[]): ModelTrial[] {
  const older = trials.length - FULL_WEIGHT
  const kept = MAX_BAD - FULL_WEIGHT
  if (older <= kept) return [...trials]
  const sample = Array.from(
    { length: kept },
    (_, index) => trials[Math.floor(((index + 0.5) * older) / kept)],
  )
  return [...sample.filter((trial) => trial !== undefined), ...trials.slice(older)]
}

function createDensity(space: ModelSpace, trials: readonly ModelTrial[]): ParzenEstimator {
  const rows = trials.map(({ row }) => row)
  return new ParzenEstimator(space, rows, weigh(trials.length))
}

/** Older trials than the newest 25 count from 1 / n up to 1. */
function weigh(count: number): number[] {
  const older = count - FULL_WEIGHT
  return Array.from({ length: count }, (_, index) => {
    const ramp = older > 1 ? index / (older - 1) : 0
    return index < older ? 1 / count + (1 - 1 / count) * ramp : 1
  })
}
