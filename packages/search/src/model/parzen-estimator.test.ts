import { describe, expect, it } from 'vitest'
import { createCounterRandom } from '../random/counter-random.js'
import { type ModelSpace, normalise, type Row } from './model-space.js'
import { ParzenEstimator } from './parzen-estimator.js'

/** A continuous axis, one of five levels, and a choice of three; the second one only matters for choice 1. */
const SPACE: ModelSpace = {
  axes: [
    { kind: 'numeric', levels: Number.POSITIVE_INFINITY, cellAt: (share) => [share, share] },
    {
      kind: 'numeric',
      levels: 5,
      cellAt: (share) => [
        Math.min(4, Math.floor(share * 5)) / 5,
        (Math.min(4, Math.floor(share * 5)) + 1) / 5,
      ],
    },
    { kind: 'choice', levels: 3 },
  ],
  listActive: (row) => [true, row[2] === 1, true],
}

const row = (...values: number[]): Row => normalise(SPACE, Float64Array.from(values))
const OBSERVED = [row(0.1, 0.3, 1), row(0.15, 0.9, 1), row(0.8, 0.5, 0), row(0.1, 0.3, 1)]

const density = () => new ParzenEstimator(SPACE, OBSERVED, [1, 0.5, 1, 1])

/** Every kind of row, on a fine grid of the continuous axis. */
const GRID = 400
const listGrid = (): Row[] =>
  Array.from({ length: GRID }, (_, step) => (step + 0.5) / GRID).flatMap((x) => [
    row(x, 0, 0),
    row(x, 0, 2),
    ...[0.1, 0.3, 0.5, 0.7, 0.9].map((level) => row(x, level, 1)),
  ])

describe('ParzenEstimator', () => {
  it('is a density: it sums to 1 over all rows, those with an axis that does not matter included', () => {
    const total = density()
      .logDensities(listGrid())
      .reduce((sum, log) => sum + Math.exp(log) / GRID, 0)
    expect(total).toBeCloseTo(1, 4)
  })

  it('draws rows as often as its density says', () => {
    const random = createCounterRandom(1)
    const estimator = density()
    const drawn = Array.from({ length: 20_000 }, () => normalise(SPACE, estimator.sample(random)))
    const grid = listGrid()
    const densities = estimator.logDensities(grid).map(Math.exp)
    const expected = (isIn: (row: Row) => boolean) =>
      grid.reduce((sum, point, index) => sum + (isIn(point) ? (densities[index] ?? 0) / GRID : 0), 0)
    const regions: ((point: Row) => boolean)[] = [
      ([x = 0]) => x < 0.2,
      ([, , choice]) => choice === 2,
      ([x = 0, , choice]) => x > 0.6 && choice === 0,
      ([, level = 0]) => level > 0.2 && level < 0.4,
    ]
    for (const isIn of regions)
      expect(drawn.filter(isIn).length / drawn.length).toBeCloseTo(expected(isIn), 1.7)
  })

  it('is even without observations, but for what its prior kernel gives the ends of an axis', () => {
    const logs = new ParzenEstimator(SPACE, [], []).logDensities([row(0.5, 0.5, 0), row(0.5, 0.5, 2)])
    expect(logs[0]).toBeCloseTo(logs[1] ?? Number.NaN, 12)
  })

  it('keeps apart what was observed together: axes are joint', () => {
    const joint = new ParzenEstimator(
      SPACE,
      [row(0.1, 0, 0), row(0.9, 0, 2)].flatMap((one) => Array.from({ length: 20 }, () => one)),
      new Array(40).fill(1),
    )
    const [together = 0, mixed = 0] = joint.logDensities([row(0.1, 0, 0), row(0.1, 0, 2)])
    expect(together - mixed).toBeGreaterThan(2)
  })
})
