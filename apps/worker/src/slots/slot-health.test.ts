import { expect, it } from 'vitest'
import { SlotHealth } from './slot-health.js'

it('retires a slot at the third failure in a row, for good', () => {
  const health = new SlotHealth(true)
  health.failed('SIGSEGV')
  health.failed('SIGSEGV')
  expect(health.isRetired).toBe(false)
  health.failed('it computes a loss of NaN')
  expect(health.describe()).toEqual({
    state: 'retired',
    detail: '3 failures in a row, the last: it computes a loss of NaN',
  })
  health.passed(1000)
  health.trained()
  expect(health.isRetired).toBe(true)
})

it('begins to count anew when a trial ends well, but on a GPU not when a self-test passes', () => {
  const health = new SlotHealth(true)
  for (let round = 0; round < 5; round++) {
    health.failed('SIGSEGV')
    health.passed(1000)
    expect(health.describe().detail).toBe('self-test passed in 1.0 s; 1 failure in a row')
    health.trained()
  }
  for (let round = 0; round < 3; round++) {
    health.failed('SIGSEGV')
    health.passed(1000)
  }
  expect(health.isRetired).toBe(true)
})

it('lets a slot on the CPU that passes its self-test go on, as whatever killed its processes came from outside', () => {
  const health = new SlotHealth(false)
  expect(health.needsTest).toBe(false)
  for (let round = 0; round < 9; round++) {
    health.failed('SIGSEGV')
    expect(health.needsTest).toBe(true)
    health.passed(1000)
  }
  expect(health.describe()).toEqual({ state: 'ready', detail: 'self-test passed in 1.0 s' })
})
