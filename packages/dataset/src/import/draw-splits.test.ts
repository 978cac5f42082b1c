import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitIndices } from '../split-indices.js'
import { drawSplits, stratifyIndices } from './draw-splits.js'
import { importOptionsSchema } from './import-options.js'

const DEFAULTS = importOptionsSchema.parse({}).split
const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index)

describe('drawSplits', () => {
  it('draws the validation images of the seed notebook', () => {
    const given = new Map([
      ['train', upTo(60_000)],
      ['test', upTo(10_000, 60_000)],
    ] as const)
    const { splits } = drawSplits(
      'set',
      given,
      upTo(70_000).map((index) => index % 10),
      DEFAULTS,
    )
    const expected = splitIndices(60_000, 10_000, 2019)
    expect(splits.validation).toEqual([...expected.validation])
    expect(splits.train).toEqual([...expected.train])
    expect(splits.test).toEqual(upTo(10_000, 60_000))
  })

  it('draws a seventh for test and a seventh for validation if nothing is given', () => {
    const { splits } = drawSplits('set', new Map([['all', upTo(700)]]), upTo(700), DEFAULTS)
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([500, 100, 100])
    expect([...splits.train, ...splits.validation, ...splits.test].sort((a, b) => a - b)).toEqual(upTo(700))
  })

  it('draws otherwise by another seed, and the same by the same', () => {
    const draw = (seed: number) =>
      drawSplits('set', new Map([['all', upTo(70)]]), upTo(70), { ...DEFAULTS, seed }).splits
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  it('keeps all that is given', () => {
    const given = new Map([
      ['train', [3, 1]],
      ['validation', [0]],
      ['test', [2]],
    ] as const)
    expect(drawSplits('set', given, [0, 0, 0, 0], DEFAULTS)).toEqual({
      splits: { train: [3, 1], validation: [0], test: [2] },
      notes: [],
    })
  })
})

describe('stratifyIndices', () => {
  it('holds out the same share of each class, give or take one image', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 300 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (labels, share, seed) => {
          const count = Math.ceil(labels.length * share)
          const { held, rest } = stratifyIndices(labels, count, seed)
          expect(held).toHaveLength(count)
          expect([...held, ...rest].sort((a, b) => a - b)).toEqual(upTo(labels.length))
          for (const label of new Set(labels)) {
            const size = labels.filter((each) => each === label).length
            const taken = held.filter((index) => labels[index] === label).length
            expect(Math.abs(taken - (size * count) / labels.length)).toBeLessThan(1)
          }
        },
      ),
    )
  })
})
