import type { MersenneTwister } from './mersenne-twister.js'

/**
 * 0 … count − 1 in random order, the same as `numpy.random.RandomState(seed).permutation(count)`: Fisher–Yates from
 * the end.
 */
export function permuteIndices(random: MersenneTwister, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const chosen = drawUpTo(random, last)
    const moved = order[last] ?? 0
    order[last] = order[chosen] ?? 0
    order[chosen] = moved
  }
  return order
}

/** A whole number from 0 to `max`, by numpy's masked rejection (`random_interval` of its legacy distributions). */
function drawUpTo(random: MersenneTwister, max: number): number {
  const mask = 2 ** (32 - Math.clz32(max)) - 1
  for (;;) {
    const value = (random.nextUint32() & mask) >>> 0
    if (value <= max) return value
  }
}
