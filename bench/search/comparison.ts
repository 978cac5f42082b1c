import { createCounterRandom } from '@sweepd/search'

/** The middle one; of an even count the mean of the two. */
export function middle(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2
}

const RESAMPLES = 2000

/** A 95 % interval of the median, by the bootstrap with fixed random numbers. */
export function medianInterval(numbers: readonly number[]): [low: number, high: number] {
  const random = createCounterRandom(numbers.length, 0xb007)
  const medians = Array.from({ length: RESAMPLES }, () =>
    middle(numbers.map(() => numbers[random.below(numbers.length)] ?? Number.NaN)),
  ).sort((a, b) => a - b)
  const at = (share: number) => medians[Math.floor(share * RESAMPLES)] ?? Number.NaN
  return [at(0.025), at(0.975)]
}

/**
 * Wilcoxon's signed-rank test, two-sided: the chance that pairs as different as these come from samplers that are equally
 * good. Exact, over all signs of the ranks, by counting; ties share their ranks, equal pairs are left out.
 */
export function wilcoxon(a: readonly number[], b: readonly number[]): number {
  const differences = a.map((value, index) => value - (b[index] ?? Number.NaN)).filter((value) => value !== 0)
  const sizes = differences.map(Math.abs).sort((x, y) => x - y)
  // Twice the ranks, so that shared ones are whole numbers.
  const rankOf = (size: number) => sizes.indexOf(size) + sizes.lastIndexOf(size) + 2
  const ranks = differences.map((difference) => rankOf(Math.abs(difference)))
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const positive = ranks.reduce((sum, rank, index) => sum + ((differences[index] ?? 0) > 0 ? rank : 0), 0)
  const smaller = Math.min(positive, total - positive)
  let ways = new Float64Array(total + 1)
  ways[0] = 1
  for (const rank of ranks) {
    const before = ways
    ways = before.map((count, sum) => (count + (before[sum - rank] ?? 0)) / 2)
  }
  const tail = ways.slice(0, smaller + 1).reduce((sum, share) => sum + share, 0)
  return Math.min(1, 2 * tail)
}
