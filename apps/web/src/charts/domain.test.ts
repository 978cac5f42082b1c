import { expect, it } from 'vitest'
import { pad, robustDomain } from './domain'

it('shows all values where they are alike', () => {
  expect(robustDomain([1, 2, 3])).toEqual({ domain: [0.9, 3.1], outside: 0 })
})

it('leaves out the few that would flatten the rest, and counts them', () => {
  const values = [...Array.from({ length: 99 }, (_, index) => index / 100), 5000]
  const { domain, outside } = robustDomain(values)
  expect(domain[1]).toBeLessThan(1.1)
  expect(outside).toBe(1)
})

it('gives equal values and no values something to stand on', () => {
  expect(pad([2, 2])).toEqual([1.9, 2.1])
  expect(robustDomain([]).domain[0]).toBeLessThan(robustDomain([]).domain[1])
})
