import { describe, expect, it } from 'vitest'
import { hyperparametersSchema } from '../hyperparameters/hyperparameters.js'
import { InvalidInputError } from '../problems/errors.js'
import { isActive } from './conditions.js'
import { satisfiesConstraints } from './constraints.js'
import { parseSweepDefinition, type SweepDefinition } from './sweep-definition.js'

const SPACE = {
  optimizer: ['adam', 'momentum'],
  lr: { min: 0.001, max: 0.1, scale: 'log', steps: 3 },
  lrDecay: { min: 0.001, max: 0.01, steps: 2 },
  batchSize: { min: 16, max: 64, steps: 3 },
}

const define = (parts: object): SweepDefinition => parseSweepDefinition({ name: 'x', space: SPACE, ...parts })

function problemsOf(parts: object): Record<string, string> {
  try {
    define(parts)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return Object.fromEntries(error.problems.map(({ pointer, detail }) => [pointer, detail]))
  }
  return {}
}

describe('conditional axes', () => {
  const when = { lrDecay: { optimizer: ['momentum'] }, batchSize: { lrDecay: { min: 0.005 } } }

  it('matter if their conditions hold and the axes that these name matter', () => {
    const { when: parsed = {} } = define({ when })
    const active = (point: object) =>
      (['lrDecay', 'batchSize', 'lr'] as const).filter((name) => isActive(parsed, name, point))
    expect(active({ optimizer: 'momentum', lrDecay: 0.01 })).toEqual(['lrDecay', 'batchSize', 'lr'])
    expect(active({ optimizer: 'momentum', lrDecay: 0.001 })).toEqual(['lrDecay', 'lr'])
    expect(active({ optimizer: 'adam', lrDecay: 0.01 })).toEqual(['lr'])
  })

  it('are refused if they do not follow from the space, naming what is wrong', () => {
    expect(
      problemsOf({
        when: {
          dropout: { optimizer: ['adam'] },
          lrDecay: { optimizer: ['sgd'] },
          lr: { bn: [true] },
          batchSize: { batchSize: { min: 3 } },
        },
      }),
    ).toEqual({
      '#/when/dropout': 'dropout is no axis of the space',
      '#/when/lrDecay/optimizer/0': 'this is no choice of optimizer in the space',
      '#/when/lr/bn': 'bn is no axis of the space; only axes can decide about lr',
      '#/when/batchSize': 'batchSize depends on itself; its conditions may not lead back to it',
    })
    expect(problemsOf({ when: { lrDecay: {} } })).toEqual({
      '#/when/lrDecay': 'name at least one hyperparameter',
    })
  })

  it('are refused if they wait for each other', () => {
    const circle = { lr: { lrDecay: { min: 1 } }, lrDecay: { lr: { min: 1 } } }
    expect(Object.keys(problemsOf({ when: circle }))).toEqual(['#/when/lr', '#/when/lrDecay'])
  })
})

describe('constraints', () => {
  const satisfies = (constraint: object, point: object): boolean => {
    const { constraints = [] } = define({ constraints: [constraint] })
    return satisfiesConstraints(constraints, hyperparametersSchema.parse(point))
  }

  it('bound products and sums of numbers and of counts of layers', () => {
    const product = { product: ['stride', 'depth'], max: 6 }
    expect(satisfies(product, { stride: 3, convLayers: [8, 8] })).toBe(true)
    expect(satisfies(product, { stride: [1, 4], convLayers: [8, 8] })).toBe(false)
    const sum = { sum: ['batchSize', 'epochs'], min: 40, max: 50 }
    expect([10, 32, 64].map((batchSize) => satisfies(sum, { batchSize, epochs: 10 }))).toEqual([
      false,
      true,
      false,
    ])
  })

  it('say what follows from what', () => {
    const rule = JSON.parse('{"if":{"optimizer":["momentum"]},"then":{"lr":{"min":0.01},"bn":[true]}}')
    expect(satisfies(rule, { optimizer: 'adam', lr: 0.001 })).toBe(true)
    expect(satisfies(rule, { optimizer: 'momentum', lr: 0.05, bn: true })).toBe(true)
    expect(satisfies(rule, { optimizer: 'momentum', lr: 0.05 })).toBe(false)
    expect(satisfies(rule, { optimizer: 'momentum', lr: 0.001, bn: true })).toBe(false)
  })

  it('take all training images for more than any number', () => {
    expect(satisfies({ sum: ['trainSize'], max: 10_000 }, {})).toBe(false)
  })

  it('are refused if they bound nothing or name something unknown', () => {
    const refuses = (constraint: object) => Object.keys(problemsOf({ constraints: [constraint] }))
    expect(refuses({ product: ['stride'] })).toEqual(['#/constraints/0'])
    expect(refuses({ product: ['wings'], max: 3 })).toEqual(['#/constraints/0'])
    expect(refuses(JSON.parse('{"if":{"bn":[true],"wings":[1]},"then":{"bn":[true]}}'))).toEqual([
      '#/constraints/0/if/wings',
    ])
    expect(refuses({ eval: 'stride * 2 < 6' })).toEqual(['#/constraints/0'])
  })
})

describe('points by hand', () => {
  const point = { optimizer: 'adam', lr: 0.002, lrDecay: 0.002, batchSize: 17 }

  it('may lie between the steps of a range', () => {
    expect(define({ points: [point] }).points).toEqual([point])
  })

  it('are refused outside of the space, incomplete, twice, or against the constraints', () => {
    expect(
      problemsOf({
        constraints: [{ sum: ['batchSize'], max: 40 }],
        points: [
          point,
          { ...point, optimizer: 'sgd', lr: 1, batchSize: 16.5 },
          { optimizer: 'adam', lr: 0.002 },
          { ...point, bn: true },
          point,
          { ...point, batchSize: 64 },
        ],
      }),
    ).toEqual({
      '#/points/1/batchSize': expect.stringContaining('batchSize is a whole number'),
    })
    expect(
      problemsOf({
        constraints: [{ sum: ['batchSize'], max: 40 }],
        points: [
          point,
          { ...point, optimizer: 'sgd', lr: 1 },
          { optimizer: 'adam', lr: 0.002, lrDecay: 0.002 },
          { ...point, bn: true },
          point,
          { ...point, batchSize: 64 },
        ],
      }),
    ).toEqual({
      '#/points/1/optimizer': 'optimizer is one of the choices of the space',
      '#/points/1/lr': 'lr is within the range of the space, from 0.001 to 0.1',
      '#/points/2/batchSize': 'give a value for batchSize, an axis of the space',
      '#/points/3/bn': 'bn is no axis of the space: it belongs in "fixed"',
      '#/points/4': 'this point stands here twice; list each once',
      '#/points/5': 'this point breaks the constraints',
    })
  })

  it('leave out an axis that does not matter in them', () => {
    const when = { lrDecay: { optimizer: ['momentum'] } }
    expect(problemsOf({ when, points: [point] })).toEqual({
      '#/points/0/lrDecay': '"when" says that lrDecay does not matter in this point: leave it out',
    })
    const { lrDecay: _, ...others } = point
    expect(problemsOf({ when, points: [others] })).toEqual({})
  })
})
