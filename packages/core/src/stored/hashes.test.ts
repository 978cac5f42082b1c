import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hyperparametersSchema } from '../hyperparameters/hyperparameters.js'
import { hashHyperparameters } from './hashes.js'

const hashOf = (input: object) => hashHyperparameters(hyperparametersSchema.parse(input))

describe('hashHyperparameters', () => {
  it('stays what it was: stored trials are found by it', () => {
    expect(hashOf({})).toBe('e2f69657f485df86105c68556732833276c9934bccc96b952d24bda9ccf16793')
  })

  it('does not depend on the order of keys, at any depth', () => {
    const point = hyperparametersSchema.parse({
      earlyStopping: { patience: 2 },
      reg: { l1: 0.1, l2: 0.2 },
      kernel: [3, 4],
    })
    const reverse = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reverse(item)]),
          )
    expect(hashHyperparameters(reverse(point) as typeof point)).toBe(hashHyperparameters(point))
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.entries(point), { minLength: Object.keys(point).length }),
        (entries) => {
          expect(hashHyperparameters(Object.fromEntries(entries) as typeof point)).toBe(
            hashHyperparameters(point),
          )
        },
      ),
      { numRuns: 20 },
    )
  })

  it.each([
    ['a square pair and its number', { kernel: [3, 3] }, { kernel: 3 }],
    ['equal penalties and their number', { reg: { l1: 0.1, l2: 0.1 } }, { reg: 0.1 }],
    ['a missing penalty and none', { reg: { l2: 0.1 } }, { reg: { l1: 0, l2: 0.1 } }],
    ['no penalties and none', { reg: {} }, { reg: 0 }],
    ['no penalties of convolutions and none', { reg: { layers: 'convolutions' } }, { reg: 0 }],
    ['a default and its value', {}, { lr: 0.001, earlyStopping: null }],
    ['two ways to write a number', JSON.parse('{"lr":1e-3}'), JSON.parse('{"lr":0.0010}')],
    ['minus zero and zero', JSON.parse('{"lrDecay":-0}'), { lrDecay: 0 }],
  ])('is the same for %s', (_, one, other) => {
    expect(hashOf(one)).toBe(hashOf(other))
  })

  it('differs wherever the point differs', () => {
    const points = [
      {},
      { kernel: 4 },
      { kernel: [3, 4] },
      { kernel: [4, 3] },
      { reg: 0.1 },
      { reg: { l1: 0.1, l2: 0.1, layers: 'convolutions' } },
      { stride: 3 },
      { trainSize: 1 },
      { loss: 'binaryCrossentropy' },
      { schedule: 'constant' },
      { weightDecay: 0 },
      { weightDecay: 0.01 },
      { schedule: 'cosine' },
    ]
    expect(new Set(points.map(hashOf)).size).toBe(points.length)
  })
})
