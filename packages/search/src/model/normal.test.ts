import { describe, expect, it } from 'vitest'
import { erfcx, logNormalCdf, logNormalMass, normalCdf, normalQuantile } from './normal.js'

// Reference values: SciPy's special.erfcx, ndtr, log_ndtr and ndtri.
describe('normal distribution', () => {
  it.each([
    [-3, 0.0013498980316300933],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.7, 0.758036347776927],
    [4, 0.9999683287581669],
    [-12, 1.776482112077653e-33],
  ])('has the cumulative probability of %d', (z, expected) => {
    expect(normalCdf(z) / expected).toBeCloseTo(1, 12)
  })

  it.each([
    [-40, -804.6084420137539],
    [-8, -35.013437159914446],
    [-0.5, -1.1759117615936185],
    [3, -0.0013508099647481938],
  ])('has the logarithm of it at %d', (z, expected) => {
    expect(logNormalCdf(z) / expected).toBeCloseTo(1, 12)
  })

  it.each([
    [0.5, 0.6156903441929259],
    [1.9, 0.26650937366167254],
    [2.1, 0.24511912334517244],
    [30, 0.018795888861416754],
  ])('has erfcx(%d)', (x, expected) => {
    expect(erfcx(x) / expected).toBeCloseTo(1, 11)
  })

  it('inverts itself from the far tail to the centre', () => {
    for (const p of [1e-300, 1e-12, 0.001, 0.02425, 0.1, 0.5, 0.9, 0.999])
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 10)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
  })

  it('keeps the digits of a mass in either tail', () => {
    expect(logNormalMass(-1, 1)).toBeCloseTo(Math.log(0.6826894921370859), 12)
    expect(logNormalMass(10, 11)).toBeCloseTo(logNormalMass(-11, -10), 12)
    expect(logNormalMass(10, 11) / -53.23131022558313).toBeCloseTo(1, 12)
  })
})
