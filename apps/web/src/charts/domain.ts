/** Lowest and highest value that an axis shows. */
export type Domain = readonly [low: number, high: number]

/** More than this many times the range of most values, and the few beyond it would flatten all others. */
const OUTLIER_FACTOR = 4
const QUANTILE = 0.02

/**
 * The domain for these values, and how many lie outside: none, unless a few are so far off (a diverged loss) that
 * the rest would be a flat line. Then it spans the 2nd to the 98th percentile.
 */
export function robustDomain(values: readonly number[]): { domain: Domain; outside: number } {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [low, high] = [sorted[0] ?? 0, sorted.at(-1) ?? 1]
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  const [common, top] = [at(QUANTILE), at(1 - QUANTILE)]
  const isFlattened = top > common && high - low > OUTLIER_FACTOR * (top - common)
  const domain = pad(isFlattened ? [common, top] : [low, high])
  const outside = isFlattened ? sorted.filter((value) => value < domain[0] || value > domain[1]).length : 0
  return { domain, outside }
}

/** A twentieth more on both sides; something to see if all values are equal. */
export function pad([low, high]: Domain): Domain {
  const margin = high > low ? (high - low) * 0.05 : Math.abs(low) * 0.05 || 0.5
  return [low - margin, high + margin]
}
