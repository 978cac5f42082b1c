import { describe, expect, it } from 'vitest'
import type { ModelOutcome, ModelTrial } from './model-space.js'
import { warpOutcomes } from './output-warp.js'

const toTrials = (outcomes: readonly (number | 'diverged')[]): ModelTrial[] =>
  outcomes.map((outcome, number) => ({
    number,
    row: new Float64Array(),
    outcome:
      outcome === 'diverged' ? { kind: 'diverged' } : ({ kind: 'completed', loss: outcome } as ModelOutcome),
  }))

const warp = (...outcomes: (number | 'diverged')[]): number[] => [...warpOutcomes(toTrials(outcomes))]

describe('warpOutcomes', () => {
  it('turns losses into values of mean 0 and variance 1, the better the higher, in the same order', () => {
    const warped = warp(3, 1, 9, 4, 7, 2)
    expect(warped.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10)
    expect(warped.reduce((sum, value) => sum + value ** 2, 0) / 6).toBeCloseTo(1, 10)
    const order = [...warped.keys()].sort((a, b) => (warped[b] ?? 0) - (warped[a] ?? 0))
    expect(order).toEqual([1, 5, 0, 3, 4, 2])
  })

  it('does not let one terrible trial flatten the differences among good ones', () => {
    const [best = 0, second = 0] = warp(1, 2, 3, 4, 5, 6, 7, 1e9)
    expect(best - second).toBeGreaterThan(0.3)
  })

  it('puts diverged trials below the worst', () => {
    const warped = warp(1, 'diverged', 5, 3)
    expect(warped[1]).toBeLessThan(Math.min(warped[0] ?? 0, warped[2] ?? 0, warped[3] ?? 0))
    expect(warp('diverged', 2).every(Number.isFinite)).toBe(true)
  })

  it('does not depend on the scale, however small or large, and keeps ties', () => {
    const plain = warp(3, 1, 9, 4, 4)
    for (const scale of [1e-300, 1e-12, 1e12, 1e307])
      for (const [index, value] of warp(3 * scale, scale, 9 * scale, 4 * scale, 4 * scale).entries())
        expect(value).toBeCloseTo(plain[index] ?? Number.NaN, 9)
    expect(plain[3]).toBe(plain[4])
    expect(warp(2, 2, 2)).toEqual([0, 0, 0])
  })
})
