import { describe, expect, it } from 'vitest'
import { createCounterRandom } from './counter-random.js'

const draw = (names: number[], count: number): number[] => {
  const random = createCounterRandom(...names)
  return Array.from({ length: count }, () => random.uniform())
}

describe('createCounterRandom', () => {
  it('gives the same numbers for the same names, and others for any other name', () => {
    expect(draw([2019, 7, 0], 8)).toEqual(draw([2019, 7, 0], 8))
    const firsts = [
      [2019, 7, 0],
      [2019, 7, 1],
      [2019, 8, 0],
      [2020, 7, 0],
      [7, 2019, 0],
    ].map((names) => draw(names, 1)[0])
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it('spreads numbers evenly over (0, 1), within one stream and across the streams of neighbouring trials', () => {
    const within = draw([1], 100_000)
    const across = Array.from({ length: 100_000 }, (_, trial) => draw([1, trial], 1)[0] ?? Number.NaN)
    for (const numbers of [within, across]) {
      const counts = new Array<number>(64).fill(0)
      for (const number of numbers)
        counts[Math.floor(number * 64)] = (counts[Math.floor(number * 64)] ?? 0) + 1
      const expected = numbers.length / 64
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      // 99.99 % of 63 degrees of freedom
      expect(chiSquared).toBeLessThan(114)
    }
  })

  it('draws every whole number below a size about equally often', () => {
    const random = createCounterRandom(5)
    const counts = [0, 0, 0]
    for (let n = 0; n < 30_000; n++) {
      const drawn = random.below(3)
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })
})
