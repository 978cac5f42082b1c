import { describe, expect, it } from 'vitest'
import { createCounterRandom } from './counter-random.js'
import { createSobolSequence, MAX_SOBOL_DIMENSIONS } from './sobol.js'

const points = (dimensions: number, seed: number, count: number): number[][] => {
  const sequence = createSobolSequence(dimensions, seed)
  return Array.from({ length: count }, (_, index) => sequence.pointAt(index))
}

/** Error of the mean of Π (1 + (2uᵢ − 1) / 2), whose integral over the unit cube is 1. */
const integrationError = (sample: readonly number[][]): number =>
  Math.abs(
    sample.reduce((sum, point) => sum + point.reduce((product, u) => product * (0.5 + u), 1), 0) /
      sample.length -
      1,
  )

describe('createSobolSequence', () => {
  it('puts one of every 2^k points into each of 2^k slices of every axis, whatever the seed', () => {
    for (const seed of [0, 2019]) {
      const sample = points(MAX_SOBOL_DIMENSIONS, seed, 512)
      for (let axis = 0; axis < MAX_SOBOL_DIMENSIONS; axis++)
        for (const start of [0, 256]) {
          const slices = sample.slice(start, start + 256).map((point) => Math.floor((point[axis] ?? 0) * 256))
          expect(new Set(slices).size).toBe(256)
        }
    }
  })

  it('fills the squares of the first two axes evenly: one of 256 points in each box of 16 by 16', () => {
    const boxes = points(2, 1, 256).map(([x = 0, y = 0]) => Math.floor(x * 16) * 16 + Math.floor(y * 16))
    expect(new Set(boxes).size).toBe(256)
  })

  it('integrates at least ten times more exactly than random points', () => {
    const errors = { sobol: 0, random: 0 }
    for (let seed = 0; seed < 10; seed++) {
      const random = createCounterRandom(seed)
      errors.sobol += integrationError(points(6, seed, 1024))
      errors.random += integrationError(
        Array.from({ length: 1024 }, () => Array.from({ length: 6 }, random.uniform)),
      )
    }
    expect(errors.random / errors.sobol).toBeGreaterThan(10)
  })

  it('gives other points for another seed, and the same ones for the same', () => {
    expect(points(3, 1, 4)).toEqual(points(3, 1, 4))
    expect(points(3, 1, 4)).not.toEqual(points(3, 2, 4))
  })

  it('refuses more axes than its table has', () => {
    expect(() => createSobolSequence(MAX_SOBOL_DIMENSIONS + 1, 0)).toThrow('at most 40 axes')
  })
})
