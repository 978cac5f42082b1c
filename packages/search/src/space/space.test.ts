import { type Hyperparameters, hashHyperparameters, parseSweepDefinition } from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countSuggestions } from '../suggest-points.js'
import { createSpace, listPoints } from './space.js'

const gridOf = (space: object, fixed: object = {}): Hyperparameters[] => [
  ...listPoints(createSpace(parseSweepDefinition({ name: 'x', space, fixed }))),
]

const choices = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
const axes = {
  kernel: choices([3, [4, 4], [3, 4]]),
  bn: choices([true, false]),
  reg: choices([{ l1: 0, l2: 0.001 }, { l1: 0.1 }]),
  earlyStopping: choices([null, { patience: 3 }]),
  convLayers: choices([[32], [32, 64]]),
  lr: fc.record({
    min: fc.constantFrom(0.0001, 0.001),
    max: fc.constantFrom(0.001, 0.1),
    scale: fc.constantFrom('log', 'linear'),
    steps: fc.integer({ min: 2, max: 3 }),
  }),
  epochs: fc.record({
    min: fc.integer({ min: 1, max: 4 }),
    max: fc.integer({ min: 4, max: 8 }),
    steps: fc.integer({ min: 2, max: 4 }),
  }),
}
const space = fc.record(axes, { requiredKeys: [] })

describe('listPoints', () => {
  it('visits each point once, as many as countSuggestions says', () => {
    fc.assert(
      fc.property(space, (drawn) => {
        const definition = parseSweepDefinition({ name: 'x', space: drawn })
        const hashes = [...listPoints(createSpace(definition))].map(hashHyperparameters)
        expect(hashes).toHaveLength(countSuggestions(definition))
        expect(new Set(hashes).size).toBe(hashes.length)
      }),
      { numRuns: 40 },
    )
  })

  it('pairs every choice of one axis with every choice of another', () => {
    const points = gridOf({ kernel: [3, 4], stride: [1, 2, 3] })
    const pairs = points.map(({ kernel, stride }) => [kernel, stride])
    expect(pairs).toEqual([
      [3, 1],
      [3, 2],
      [3, 3],
      [4, 1],
      [4, 2],
      [4, 3],
    ])
  })

  it('gives the same points in the same order however the space is written down', () => {
    const entries = [
      ['bn', [false, true]],
      ['kernel', [3, 4]],
      ['lr', { min: 0.1, max: 1, steps: 3 }],
      ['stride', [2, 1]],
    ] as const
    const expected = gridOf(Object.fromEntries(entries))
    fc.assert(
      fc.property(fc.shuffledSubarray([...entries], { minLength: 4 }), (shuffled) => {
        const parsed = parseSweepDefinition({ name: 'x', space: Object.fromEntries(entries) })
        const reordered = Object.fromEntries(shuffled.map(([name]) => [name, parsed.space[name]]))
        expect([...listPoints(createSpace({ space: reordered, fixed: {} }))]).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('completes each point with the fixed values and the defaults', () => {
    const [point] = gridOf({ kernel: [5] }, { dropout: 0.5, earlyStopping: { patience: 2 } })
    expect(point).toEqual({
      kernel: 5,
      stride: 1,
      bn: false,
      zeroPadding: false,
      reg: 0,
      lr: 0.001,
      lrDecay: 0,
      schedule: 'inverseTime',
      weightDecay: null,
      dropout: 0.5,
      optimizer: 'adam',
      loss: 'categoricalCrossentropy',
      activations: ['relu', 'relu'],
      convLayers: [32, 64],
      hiddenLayers: [128],
      batchSize: 32,
      epochs: 20,
      earlyStopping: { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: false },
      trainSize: null,
    })
  })

  it('gives the one point of an empty space', () => {
    expect(gridOf({})).toHaveLength(1)
    expect(countSuggestions({ space: {}, fixed: {}, sampler: { type: 'grid' } })).toBe(1)
  })

  it('makes 120 points of the example in the contract', () => {
    const points = gridOf({
      kernel: [3, 4],
      stride: [1, 2],
      bn: [false, true],
      reg: [0, 0.0005, { l1: 0, l2: 0.001 }],
      lr: { min: 0.0001, max: 0.01, scale: 'log', steps: 5 },
    })
    expect(points).toHaveLength(120)
    expect([...new Set(points.map(({ lr }) => lr))]).toEqual([
      0.0001, 0.000316227766017, 0.001, 0.00316227766017, 0.01,
    ])
  })

  it('lists a point once if an axis does not matter in it, with the default there', () => {
    const points = [
      ...listPoints(
        createSpace(
          parseSweepDefinition({
            name: 'x',
            space: { optimizer: ['adam', 'momentum'], lrDecay: [0.1, 0.2], bn: [true, false] },
            when: { lrDecay: { optimizer: ['momentum'] }, bn: { lrDecay: [0.2] } },
          }),
        ),
      ),
    ].map(({ optimizer, lrDecay, bn }) => [optimizer, lrDecay, bn])
    expect(points.toSorted()).toEqual([
      ['adam', 0, false],
      ['momentum', 0.1, false],
      ['momentum', 0.2, false],
      ['momentum', 0.2, true],
    ])
  })

  it('leaves out what breaks the constraints', () => {
    const definition = parseSweepDefinition({
      name: 'x',
      space: { stride: [1, 2, 3], convLayers: [[8], [8, 8], [8, 8, 8]] },
      constraints: [{ product: ['stride', 'depth'], max: 3 }],
    })
    const points = [...listPoints(createSpace(definition))].map(({ stride, convLayers }) => [
      stride,
      convLayers.length,
    ])
    expect(points.toSorted()).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [3, 1],
    ])
    expect(countSuggestions(definition)).toBe(5)
  })
})
