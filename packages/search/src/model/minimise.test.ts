import { expect, it } from 'vitest'
import { minimise } from './minimise.js'

const OPTIONS = { low: -2, high: 2, iterations: 200, tolerance: 1e-8 }

/** Rosenbrock's valley, with its minimum at (1, 1). */
const rosenbrock = ([x = 0, y = 0]: Float64Array) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: Float64Array.from([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]),
})

it('minimise follows a curved valley to its end', () => {
  const { point, value } = minimise(rosenbrock, Float64Array.from([-1.2, 1]), OPTIONS)
  expect(value).toBeLessThan(1e-12)
  expect([...point].map((x) => Number(x.toFixed(5)))).toEqual([1, 1])
})

it('minimise stays in the box, and goes on along its wall', () => {
  const { point } = minimise(rosenbrock, Float64Array.from([0, 0]), { ...OPTIONS, high: 0.5 })
  expect([...point].map((x) => Number(x.toFixed(5)))).toEqual([0.5, 0.25])
})

it('minimise ends where a function is flat', () => {
  const flat = (at: Float64Array) => ({ value: 3, gradient: new Float64Array(at.length) })
  expect(minimise(flat, Float64Array.from([0.3]), OPTIONS)).toEqual({
    point: Float64Array.from([0.3]),
    value: 3,
  })
})
