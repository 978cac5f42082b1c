import { type HyperparameterName, isWholeNumber, type Range } from '@sweepd/core'

/**
 * `steps` numbers from min to max, both included, evenly spaced on the range's scale; whole-number hyperparameters
 * are rounded. Each number stands once, so that there may be fewer of them than `steps`.
 */
export function listSteps(name: HyperparameterName, { min, max, scale, steps = 1 }: Range): number[] {
  const between = scale === 'log' ? geometric : linear
  const points = Array.from({ length: steps }, (_, index) => {
    if (index === 0) return min
    if (index === steps - 1) return max
    const point = between(min, max, index / (steps - 1))
    // 12 digits hide the rounding of the arithmetic, so that 0.001 is not 0.0010000000000000002; in a range
    // narrower than that they would step outside of it.
    return Math.min(max, Math.max(min, Number(point.toPrecision(12))))
  })
  return [...new Set(isWholeNumber(name) ? points.map(Math.round) : points)]
}

const linear = (min: number, max: number, share: number): number => min + (max - min) * share
/** The ratio of two doubles can be too large for one; both ends are then scaled by themselves. */
const geometric = (min: number, max: number, share: number): number =>
  Number.isFinite(max / min) ? min * (max / min) ** share : min ** (1 - share) * max ** share
