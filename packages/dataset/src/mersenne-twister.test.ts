import { describe, expect, it } from 'vitest'
import { MersenneTwister } from './mersenne-twister.js'

const draw = (seed: number, count: number) => {
  const random = new MersenneTwister(seed)
  return Array.from({ length: count }, () => random.nextUint32())
}

describe('MersenneTwister', () => {
  it('draws what numpy draws (numpy 2.4.6, MT19937()._legacy_seeding(2019), random_raw)', () => {
    const drawn = draw(2019, 1000)
    expect(drawn.slice(0, 5)).toEqual([3880426568, 462842226, 1688267935, 2249207589, 2679930584])
    expect(drawn[999]).toBe(3585690700)
  })

  it('has the 10,000th number that the C++ standard asks of mt19937', () => {
    expect(draw(5489, 10_000).at(-1)).toBe(4123659995)
  })

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => new MersenneTwister(seed)).toThrow(RangeError)
  })
})
