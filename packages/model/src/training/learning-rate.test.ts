import { SCHEDULES, type ScheduleName } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { learningRateAt } from './learning-rate.js'

const LR = 0.4

/** The rates of a training of so many steps. */
const listRates = (schedule: ScheduleName, steps: number, lrDecay = 0) =>
  Array.from({ length: steps }, (_, step) => learningRateAt({ schedule, lr: LR, lrDecay }, step, steps))

describe('a learning rate', () => {
  it('is lr at every step of the constant schedule, whatever the decay', () => {
    expect(listRates('constant', 3, 0.5)).toEqual([LR, LR, LR])
  })

  it('falls by the inverse time: at lr / 2 after 1 / lrDecay steps', () => {
    expect(listRates('inverseTime', 5, 0.5)).toEqual([0.4, 0.4 / 1.5, 0.2, 0.4 / 2.5, 0.4 / 3])
  })

  it('falls along a half cosine', () => {
    const rates = listRates('cosine', 6)
    // 1 + cos of 0°, 30°, 60°, 90°, 120° and 150°, times lr / 2
    const expected = [0.4, 0.2 + 0.1 * Math.sqrt(3), 0.3, 0.2, 0.1, 0.2 - 0.1 * Math.sqrt(3)]
    for (const [step, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[step] ?? Number.NaN, 12)
  })

  it('goes through one cycle', () => {
    const rates = listRates('oneCycle', 10)
    // lr / 25 at the first step, lr at 0.3 × 10 − 1 = 2, lr / 250,000 at the last, half cosines between.
    const share = (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2
    const end = LR / 250_000
    const fall = Array.from({ length: 7 }, (_, index) => end + (LR - end) * share((index + 1) / 7))
    const expected = [LR / 25, (LR + LR / 25) / 2, LR, ...fall]
    expect(rates).toHaveLength(expected.length)
    for (const [step, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[step] ?? Number.NaN, 12)
    expect(rates.at(-1)).toBeCloseTo(LR / 250_000, 15)
  })

  it('is a number above 0 and at most lr, however few the steps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SCHEDULES), fc.integer({ min: 1, max: 400 }), (schedule, steps) => {
        const rates = listRates(schedule, steps, 0.01)
        expect(rates.every((rate) => rate > 0 && rate <= LR * (1 + 1e-12))).toBe(true)
      }),
    )
  })
})
