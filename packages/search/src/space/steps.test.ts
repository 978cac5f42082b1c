import { isWholeNumber, type Range } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listSteps } from './steps.js'

const range = (min: number, max: number, steps: number, scale: Range['scale'] = 'linear'): Range => ({
  min,
  max,
  steps,
  scale,
})

describe('listSteps', () => {
  it('gives clean decades on a log scale', () => {
    expect(listSteps('lr', range(0.00001, 1, 6, 'log'))).toEqual([0.00001, 0.0001, 0.001, 0.01, 0.1, 1])
    expect(listSteps('lr', range(0.0001, 0.01, 5, 'log'))).toEqual([
      0.0001, 0.000316227766017, 0.001, 0.00316227766017, 0.01,
    ])
  })

  it('gives clean tenths on a linear scale', () => {
    expect(listSteps('dropout', range(0, 0.9, 10))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
  })

  it('gives whole powers of two for a whole number on a log scale', () => {
    expect(listSteps('batchSize', range(8, 128, 5, 'log'))).toEqual([8, 16, 32, 64, 128])
  })

  it('rounds whole numbers and keeps each of them once', () => {
    expect(listSteps('epochs', range(1, 3, 50))).toEqual([1, 2, 3])
  })

  it('keeps one number where min is max', () => {
    expect(listSteps('lr', range(0.1, 0.1, 5))).toEqual([0.1])
    expect(listSteps('lr', range(0.1, 0.1, 1, 'log'))).toEqual([0.1])
  })

  it('keeps the points between two ends whose ratio is no number', () => {
    expect(listSteps('reg', range(1e-310, 1, 3, 'log'))).toEqual([1e-310, expect.closeTo(1e-155, 160), 1])
    const points = listSteps('lrDecay', range(5e-324, 100, 41, 'log'))
    expect(points).toHaveLength(41)
    expect(points).toEqual([...points].sort((a, b) => a - b))
  })

  it('stays within a range narrower than its twelve digits', () => {
    const [min, max] = [0.99999999999991, 0.99999999999999]
    const points = listSteps('dropout', range(min, max, 9))
    expect(points.filter((point) => point < min || point > max)).toEqual([])
  })

  it('ascends from min to max without repeating itself', () => {
    const name = fc.constantFrom('lr' as const, 'dropout' as const, 'epochs' as const, 'batchSize' as const)
    const ends = fc.tuple(fc.double({ min: 1e-9, max: 1000, noNaN: true }), fc.double({ min: 0, max: 1000 }))
    fc.assert(
      fc.property(
        name,
        ends,
        fc.integer({ min: 2, max: 60 }),
        fc.constantFrom('linear' as const, 'log' as const),
        (axis, [low, width], steps, scale) => {
          const toEnd = (end: number) => (isWholeNumber(axis) ? Math.ceil(end) : end)
          const [min, max] = [toEnd(low), toEnd(low + (Number.isNaN(width) ? 0 : width))]
          const points = listSteps(axis, range(min, max, steps, scale))
          expect([points[0], points.at(-1)]).toEqual([min, max])
          expect(points).toEqual([...new Set(points)].sort((a, b) => a - b))
          expect(points.length).toBeLessThanOrEqual(steps)
          if (isWholeNumber(axis)) expect(points.every(Number.isInteger)).toBe(true)
        },
      ),
    )
  })
})
