import { describe, expect, it } from 'vitest'
import { findBackoffMs } from './retry-policy.js'

const policy = { maxAttempts: 4, backoffMs: 1000 }
const listBackoffsMs = (failure: 'infrastructure' | 'out-of-memory' | 'diverged' | 'invalid') =>
  [1, 2, 3, 4, 5].map((failures) => findBackoffMs({ class: failure, message: '' }, failures, policy))

describe('findBackoffMs', () => {
  it('doubles the wait after each failure of the infrastructure until the attempts are spent', () => {
    expect(listBackoffsMs('infrastructure')).toEqual([1000, 2000, 4000, undefined, undefined])
  })

  it('gives a trial that ran out of memory one more attempt', () => {
    expect(listBackoffsMs('out-of-memory')).toEqual([1000, undefined, undefined, undefined, undefined])
  })

  it.each(['diverged', 'invalid'] as const)('never repeats a trial that is %s', (failure) => {
    expect(listBackoffsMs(failure)).toEqual(Array(5).fill(undefined))
  })

  it('never waits longer than an hour', () => {
    const patient = { maxAttempts: 1000, backoffMs: 1000 }
    expect(findBackoffMs({ class: 'infrastructure', message: '' }, 900, patient)).toBe(3_600_000)
  })
})
