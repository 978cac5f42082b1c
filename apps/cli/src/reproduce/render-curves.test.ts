import { expect, it } from 'vitest'
import { renderCurves } from './render-curves.js'

it('draws one line for each curve, within the chart, and lists the best first', () => {
  const svg = renderCurves([
    { name: 'worse', values: [71, 72, 73] },
    { name: 'better', values: [80, 95] },
  ])
  const lines = [...svg.matchAll(/points="([^"]+)"/g)].map(([, points = '']) => points.split(' '))
  expect(lines.map((points) => points.length)).toEqual([3, 2])
  for (const point of lines.flat()) {
    const [x = Number.NaN, y = Number.NaN] = point.split(',').map(Number)
    expect(x).toBeGreaterThanOrEqual(44)
    expect(x).toBeLessThanOrEqual(564)
    expect(y).toBeGreaterThanOrEqual(16)
    expect(y).toBeLessThanOrEqual(336)
  }
  expect(svg.indexOf('95.00 better')).toBeLessThan(svg.indexOf('73.00 worse'))
})
