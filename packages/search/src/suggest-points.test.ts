import {
  type Hyperparameters,
  hashHyperparameters,
  parseSweepDefinition,
  type SweepDefinition,
} from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSuggestions, suggestPoints } from './suggest-points.js'

const define = (space: object, sampler: object, more: object = {}): SweepDefinition =>
  parseSweepDefinition({ name: 'x', space, sampler, ...more })

const take = (definition: SweepDefinition, count = countSuggestions(definition)): Hyperparameters[] => {
  const points: Hyperparameters[] = []
  for (const point of suggestPoints(definition)) {
    if (points.length === count) break
    points.push(point)
  }
  return points
}

const SAMPLERS = ['random', 'sobol'] as const
const CONTINUOUS = { lr: { min: 0.0001, max: 0.1, scale: 'log' }, dropout: { min: 0, max: 0.8 } }

const finiteSpace = fc.record(
  {
    kernel: fc.subarray([3, 4, [3, 5]], { minLength: 1 }),
    bn: fc.subarray([true, false], { minLength: 1 }),
    epochs: fc.record({ min: fc.integer({ min: 1, max: 3 }), max: fc.integer({ min: 3, max: 9 }) }),
    batchSize: fc.constant({ min: 8, max: 24, scale: 'log' }),
    dropout: fc.constant({ min: 0.1, max: 0.5, steps: 3 }),
  },
  { requiredKeys: [] },
)

describe.each(SAMPLERS)('the %s sampler', (type) => {
  it('visits each point of a finite space once if asked for all of them, and then ends', () => {
    fc.assert(
      fc.property(finiteSpace, fc.nat(), (space, seed) => {
        const definition = define(space, { type, trials: 100_000 }, { seed })
        const hashes = [...suggestPoints(definition)].map(hashHyperparameters)
        expect(hashes).toHaveLength(countSuggestions(definition))
        expect(new Set(hashes).size).toBe(hashes.length)
      }),
      { numRuns: 25 },
    )
  })

  it('stays inside the ranges and never repeats a point', () => {
    const points = take(define(CONTINUOUS, { type, trials: 2000 }))
    expect(points).toHaveLength(2000)
    expect(new Set(points.map(hashHyperparameters)).size).toBe(2000)
    for (const { lr, dropout } of points) {
      expect(lr).toBeGreaterThanOrEqual(0.0001)
      expect(lr).toBeLessThanOrEqual(0.1)
      expect(dropout).toBeGreaterThanOrEqual(0)
      expect(dropout).toBeLessThanOrEqual(0.8)
    }
  })

  it('puts a third of a log range of three decades into each decade', () => {
    const decades = [0, 0, 0]
    for (const { lr } of take(define(CONTINUOUS, { type, trials: 3000 }))) {
      const decade = Math.min(2, Math.floor(Math.log10(lr) + 4))
      decades[decade] = (decades[decade] ?? 0) + 1
    }
    for (const count of decades) expect(Math.abs(count - 1000)).toBeLessThan(100)
  })

  it('suggests the same points for the same seed, more of them if asked for more, and others for another', () => {
    const few = take(define(CONTINUOUS, { type, trials: 5 }))
    expect(take(define(CONTINUOUS, { type, trials: 9 })).slice(0, 5)).toEqual(few)
    expect(take(define(CONTINUOUS, { type, trials: 5 }, { seed: 1 }))).not.toEqual(few)
  })

  it('suggests the same points however the space was written down', () => {
    const reversed = Object.fromEntries(Object.entries(CONTINUOUS).reverse())
    expect(take(define(reversed, { type, trials: 9 }))).toEqual(take(define(CONTINUOUS, { type, trials: 9 })))
  })

  it('suggests the one point of an empty space, once', () => {
    expect([...suggestPoints(define({}, { type, trials: 5 }))]).toHaveLength(1)
  })

  it('has many points in a narrow range, and ends where rounding leaves no more', () => {
    expect(take(define({ lr: { min: 0.1, max: 0.1002 } }, { type, trials: 5000 }))).toHaveLength(5000)
    const few = take(define({ lr: { min: 0.1, max: 0.10000000000000003 } }, { type, trials: 100 }))
    expect(few.length).toBeLessThan(100)
  })

  it('writes numbers with six digits, except in a range too narrow for them', () => {
    for (const { lr } of take(define(CONTINUOUS, { type, trials: 50 })))
      expect(lr).toBe(Number(lr.toPrecision(6)))
    const narrow = take(define({ lr: { min: 0.1, max: 0.1000001 } }, { type, trials: 50 }))
    expect(new Set(narrow.map(({ lr }) => lr)).size).toBe(50)
  })
})

it('the sobol sampler covers two axes more evenly than the random one', () => {
  const emptyBoxes = (type: 'random' | 'sobol') => {
    const boxes = take(define(CONTINUOUS, { type, trials: 64 })).map(
      ({ lr, dropout }) =>
        Math.min(7, Math.floor(((Math.log10(lr) + 4) / 3) * 8)) * 8 + Math.floor(dropout * 10),
    )
    return 64 - new Set(boxes).size
  }
  expect(emptyBoxes('sobol')).toBeLessThan(4)
  expect(emptyBoxes('random')).toBeGreaterThan(10)
})
