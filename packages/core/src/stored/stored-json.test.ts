import { describe, expect, it } from 'vitest'
import { parseSweepDefinition } from '../definition/sweep-definition.js'
import { hyperparametersSchema } from '../hyperparameters/hyperparameters.js'
import { StoredFormatError } from '../problems/errors.js'
import {
  FORMAT_VERSION,
  formatVersionOf,
  parseStoredDefinition,
  parseStoredHyperparameters,
  parseStoredScore,
  toStoredDefinition,
} from './stored-json.js'

/** As the first version stored it, before there were priorities, limits and losses. */
const FIRST_DEFINITION = {
  name: 'old',
  dataset: 'synthetic',
  sampler: { type: 'grid' },
  space: { kernel: [3, [3, 4]], lr: { min: 0.001, max: 0.1, scale: 'log', steps: 3 } },
  fixed: { epochs: 2 },
  objective: { metric: 'val_loss', direction: 'minimize' },
  pruner: { type: 'none' },
  seed: 7,
}
const FIRST_POINT = {
  kernel: [3, 4],
  stride: 1,
  bn: true,
  zeroPadding: false,
  reg: { l1: 0, l2: 0.001 },
  lr: 0.001,
  lrDecay: 0,
  dropout: 0.2,
  optimizer: 'adam',
  activations: ['relu', 'relu'],
  convLayers: [32, 64],
  hiddenLayers: [128],
  batchSize: 32,
  epochs: 2,
  earlyStopping: null,
  trainSize: null,
}

const define = (parts: object) => parseSweepDefinition({ name: 'x', space: {}, ...parts })

describe('a stored definition', () => {
  it('of the first version is complete when read', () => {
    expect(parseStoredDefinition(FIRST_DEFINITION)).toEqual({
      ...FIRST_DEFINITION,
      impossible: 'refuse',
      budget: null,
      priority: 0,
      maxParallel: null,
      maxFailureShare: 0.5,
    })
  })

  it('is read as it was before it was stored', () => {
    const definition = define({ space: { kernel: [3, [3, 4]] }, fixed: { reg: { l2: 1 } }, maxParallel: 2 })
    expect(parseStoredDefinition(JSON.parse(JSON.stringify(toStoredDefinition(definition))))).toEqual(
      definition,
    )
  })

  it('keeps a choice that is no longer accepted: the sweep has run', () => {
    const space = { lr: [1e-300], dropout: { min: 0, max: 7, steps: 2 } }
    expect(parseStoredDefinition({ ...FIRST_DEFINITION, space }).space).toEqual(space)
  })

  it('of a newer version is read if what it adds is beside the fields of this one', () => {
    expect(parseStoredDefinition({ ...FIRST_DEFINITION, version: 99, colour: 'red' })).not.toHaveProperty(
      'colour',
    )
  })

  it.each([
    ['an axis', { space: { wings: [1, 2] } }, /wings/],
    ['a fixed hyperparameter', { fixed: { wings: 2 } }, /wings/],
    ['a sampler', { sampler: { type: 'oracle' } }, /sampler/],
    ['a data set', { dataset: 'nobody knows' }, /dataset/],
    ['an axis that is a number', { space: { lr: 3 } }, /neither choices nor a range/],
  ])('with %s that this build does not know is refused by name and remedy', (_, parts, message) => {
    const parse = () => parseStoredDefinition({ ...FIRST_DEFINITION, ...parts })
    expect(parse).toThrow(StoredFormatError)
    expect(parse).toThrow(message)
    expect(parse).toThrow(/upgrade this process/)
  })
})

describe('stored hyperparameters', () => {
  it('of the first version are complete when read', () => {
    expect(parseStoredHyperparameters(FIRST_POINT)).toEqual({
      ...FIRST_POINT,
      loss: 'categoricalCrossentropy',
      schedule: 'inverseTime',
      weightDecay: null,
    })
  })

  it('are read as they were before they were stored', () => {
    const point = hyperparametersSchema.parse({
      reg: { l1: 1, layers: 'convolutions' },
      earlyStopping: { patience: 1 },
    })
    expect(parseStoredHyperparameters(JSON.parse(JSON.stringify(point)))).toEqual(point)
  })

  it.each([{ wings: 2 }, { optimizer: 'lion' }, 'text', null])('%j is refused', (parts) => {
    const stored = typeof parts === 'object' && parts !== null ? { ...FIRST_POINT, ...parts } : parts
    expect(() => parseStoredHyperparameters(stored)).toThrow(StoredFormatError)
  })
})

it('a stored score is read, and anything else in its place refused', () => {
  const score = {
    test_loss: 0.3,
    test_acc: 0.9,
    confusionMatrix: [[1, 0]],
    perClass: [{ label: 'shirt', precision: 1, recall: 1, f1: 1, support: 1 }],
  }
  expect(parseStoredScore(score)).toEqual(score)
  expect(() => parseStoredScore({ ...score, confusionMatrix: null })).toThrow(
    /score of a trial.*confusionMatrix/,
  )
})

describe('the version of a format', () => {
  it.each([
    [{}, 1],
    [{ fixed: { loss: 'categoricalCrossentropy', reg: 0.1 } }, 1],
    [{ space: { reg: [0, { l2: 1 }], lr: { min: 0.1, max: 1, steps: 2 } } }, 1],
    [{ fixed: { loss: 'binaryCrossentropy' } }, 2],
    [{ dataset: 'letters@2' }, 4],
    [{ validationSize: 100 }, 4],
    [{ space: { loss: ['categoricalCrossentropy', 'binaryCrossentropy'] } }, 2],
    [{ space: { reg: [0, { l2: 1, layers: 'convolutions' }] } }, 2],
    [{ fixed: { schedule: 'inverseTime', lrDecay: 0.1 } }, 1],
    [{ fixed: { schedule: 'cosine' } }, 5],
    [{ space: { schedule: ['inverseTime', 'oneCycle'] } }, 5],
    [{ space: { schedule: ['inverseTime'] } }, 1],
    [{ fixed: { weightDecay: null } }, 1],
    [{ fixed: { weightDecay: 0 } }, 5],
    [{ space: { weightDecay: { min: 0.001, max: 0.1, steps: 2 } } }, 5],
    [{ sampler: { type: 'sobol', trials: 3 } }, 1],
    [{ sampler: { type: 'tpe', trials: 3 } }, 3],
    [{ constraints: [{ sum: ['lr'], max: 3 }] }, 3],
    [{ space: { lr: [1, 2], bn: [true] }, when: { lr: { bn: [true] } } }, 3],
    [{ space: { lr: [1, 2] }, points: [{ lr: 1 }] }, 3],
  ])('of %j is the oldest that can say it: %i', (parts, version) => {
    expect(formatVersionOf(define(parts))).toBe(version)
    expect(version).toBeLessThanOrEqual(FORMAT_VERSION)
  })
})
