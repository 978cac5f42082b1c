import type { ModelTrial } from './model-space.js'
import { normalQuantile } from './normal.js'

/** How many times as far as the better half the worse half has to reach for its outliers to be drawn in. */
const LONG_TAIL = 3

/**
 * The outcomes of ended trials as values to be maximised, of mean 0 and variance 1, whatever the scale of the objective. If
 * the worse half reaches far below the median, its values lie no further below than their ranks would in a normal
 * distribution as wide as the better half (after the half-rank warp of Vizier, Song et al. 2024), so that a few bad outliers do
 * not flatten all differences among the good ones. Vizier always warps, and pushes values out as well; without outliers that
 * only invents differences: of 8 runs on Hartmann-6 that ended beside the optimum, 3 of 7 found it without. Diverged
 * trials are a little worse than the worst.
 */
export function warpOutcomes(trials: readonly ModelTrial[]): Float64Array {
  const raw = Float64Array.from(trials, ({ outcome }) => ('loss' in outcome ? -outcome.loss : Number.NaN))
  const finite = raw.filter((value) => !Number.isNaN(value)).sort()
  const [lowest = 0, highest = 0] = [finite[0], finite.at(-1)]
  // Halves first: the range of two doubles can be too large for one.
  const range = highest / 2 - lowest / 2
  const scaled = raw.map((value) =>
    range > 0 ? (value / 2 - lowest / 2) / range : Number.isNaN(value) ? value : 0,
  )
  return standardise(fillDiverged(drawIn(scaled)))
}

function drawIn(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const median = sorted[sorted.length >> 1] ?? 0
  const good = sorted.filter((value) => value >= median)
  const spread = Math.sqrt(good.reduce((sum, value) => sum + (value - median) ** 2, 0) / good.length)
  const [lowest = median, highest = median] = [sorted[0], sorted.at(-1)]
  if (!(spread > 0) || median - lowest <= LONG_TAIL * (highest - median)) return values
  const bad = sorted.filter((value) => value < median)
  return values.map((value) => {
    if (!(value < median)) return value
    // Equal values share the middle of their ranks.
    const rank = (bad.indexOf(value) + bad.lastIndexOf(value) + 1) / 2
    return Math.max(value, median + spread * normalQuantile((0.5 * rank) / bad.length))
  })
}

function fillDiverged(values: Float64Array): Float64Array {
  const finite = values.filter((value) => !Number.isNaN(value))
  const [lowest, highest] = [Math.min(...finite), Math.max(...finite)]
  const worst = lowest - 0.5 * (highest - lowest)
  return values.map((value) => (Number.isNaN(value) ? worst : value))
}

function standardise(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0))
}
