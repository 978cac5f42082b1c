import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from './random.js'

describe('Random', () => {
  it('gives the numbers of the reference implementation of xoshiro128**', () => {
    const random = new Random()
    // The state 1, 2, 3, 4 and its first outputs are those that rand_xoshiro's own test names.
    Object.assign(random, { state: Uint32Array.of(1, 2, 3, 4) })
    expect(Array.from({ length: 4 }, () => random.uint32())).toEqual([11520, 0, 5927040, 70819200])
  })

  it('repeats itself for the same seeds and differs for others', () => {
    const draw = (...seeds: number[]) => new Random(...seeds).uint32()
    expect(draw(2019, 1)).toBe(draw(2019, 1))
    expect(new Set([draw(2019, 1), draw(2019, 2), draw(2020, 1), draw(1, 2019)]).size).toBe(4)
  })

  it('permutes: each index stands once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (count, seed) => {
        const sorted = [...new Random(seed).permutation(count)].sort((a, b) => a - b)
        expect(sorted).toEqual(Array.from({ length: count }, (_, index) => index))
      }),
    )
  })

  it('drops about the given share and keeps the mean at one', () => {
    const mask = new Float32Array(100_001)
    new Random(5).fillDropoutMask(mask, 0.3)
    const dropped = mask.filter((value) => value === 0).length / mask.length
    // Five standard deviations of a binomial share.
    expect(Math.abs(dropped - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / mask.length))
    expect(mask.every((value) => value === 0 || Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true)
  })
})
