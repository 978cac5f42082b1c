import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MersenneTwister } from './mersenne-twister.js'
import { permuteIndices } from './permute-indices.js'

const permute = (seed: number, count: number) => [...permuteIndices(new MersenneTwister(seed), count)]

describe('permuteIndices', () => {
  it('gives the order of numpy.random.RandomState(seed).permutation(count) (numpy 2.4.6)', () => {
    expect(permute(2019, 10)).toEqual([3, 9, 4, 1, 6, 0, 5, 7, 2, 8])
    expect(permute(0, 17)).toEqual([1, 6, 8, 9, 13, 4, 2, 14, 10, 7, 16, 11, 3, 0, 5, 15, 12])
  })

  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(300), (seed, count) => {
        const sorted = permute(seed, count).sort((a, b) => a - b)
        expect(sorted).toEqual(Array.from({ length: count }, (_, index) => index))
      }),
    )
  })
})
