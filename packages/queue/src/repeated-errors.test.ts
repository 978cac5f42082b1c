import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withoutRepetition } from './repeated-errors.js'

describe('withoutRepetition', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('passes each message on once in ten seconds', () => {
    const told: string[] = []
    const onError = withoutRepetition(({ message }) => told.push(message))
    for (const message of ['refused', 'refused', 'timed out', 'refused']) onError(new Error(message))
    expect(told).toEqual(['refused', 'timed out'])
    vi.advanceTimersByTime(10_000)
    onError(new Error('refused'))
    expect(told).toEqual(['refused', 'timed out', 'refused'])
  })
})
