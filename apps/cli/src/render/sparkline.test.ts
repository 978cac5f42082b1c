import { expect, it } from 'vitest'
import { renderSparkline } from './sparkline.js'

it('draws a curve from its lowest to its highest value', () => {
  expect(renderSparkline([0, 1, 2, 3, 4, 5, 6, 7], 60)).toBe('▁▂▃▄▅▆▇█')
  expect(renderSparkline([3, 1], 60)).toBe('█▁')
})

it('averages what is longer than its width', () => {
  expect(renderSparkline([0, 0, 4, 4, 7, 7], 3)).toBe('▁▅█')
  expect(renderSparkline(Array.from({ length: 1000 }, Math.random), 20)).toHaveLength(20)
})

it('is level where nothing changes, and marks what is no number', () => {
  expect(renderSparkline([1, 1, 1], 10)).toBe('▄▄▄')
  expect(renderSparkline([1, Number.NaN, 2], 10)).toBe('▁×█')
})
