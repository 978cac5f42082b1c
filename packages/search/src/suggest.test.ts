import {
  type Hyperparameters,
  hashHyperparameters,
  isActive,
  parseSweepDefinition,
  type SweepDefinition,
  satisfiesConstraints,
} from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countUpFront,
  type EndedTrial,
  needsHistory,
  type RunningTrial,
  suggest,
  type TrialOutcome,
} from './suggest.js'
import { countSuggestions, suggestPoints } from './suggest-points.js'

const SAMPLERS = ['grid', 'random', 'sobol', 'tpe', 'gp', 'auto'] as const
const LEARNING = SAMPLERS.slice(3)

/** Choices, ranges with and without steps, whole numbers, a conditional axis, constraints and a point by hand. */
const MIXED = {
  space: {
    optimizer: ['adam', 'momentum', 'rmsprop'],
    lr: { min: 0.0001, max: 0.1, scale: 'log', steps: 7 },
    lrDecay: { min: 0.001, max: 0.1, steps: 3 },
    batchSize: [64, 16, 32],
    kernel: { min: 2, max: 4, steps: 3 },
    bn: [true, false],
  },
  when: { lrDecay: { optimizer: ['momentum'] } },
  constraints: [
    { product: ['kernel', 'batchSize'], max: 200 },
    JSON.parse('{"if":{"bn":[true]},"then":{"lr":{"max":0.05}}}'),
  ],
  points: [{ optimizer: 'adam', lr: 0.003, batchSize: 16, kernel: 3, bn: true }],
}
const CONTINUOUS = {
  space: {
    lr: { min: 0.0001, max: 0.1, scale: 'log' },
    dropout: { min: 0, max: 0.8 },
    epochs: { min: 1, max: 9 },
  },
}
const SMALL = { space: { kernel: [3, 4], bn: [true, false], dropout: { min: 0, max: 0.5, steps: 3 } } }

const define = (type: string, parts: object, trials = 60): SweepDefinition =>
  parseSweepDefinition({
    name: 'x',
    ...parts,
    sampler: type === 'grid' ? { type } : { type, trials },
  })

const toRunning = (hyperparameters: Hyperparameters, number: number): RunningTrial => ({
  number,
  hyperparameters,
  hyperparametersHash: hashHyperparameters(hyperparameters),
})

type Judge = (point: Hyperparameters, number: number) => TrialOutcome | 'running'

/** A smooth objective with every kind of outcome; the last few trials are still training. */
const mixedOutcomes =
  (count: number): Judge =>
  (point, number) => {
    if (number >= count - 3) return 'running'
    const value = Math.log10(point.lr) ** 2 + point.dropout + (point.bn ? 0 : 1)
    if (number % 11 === 5) return { kind: 'diverged' }
    if (number % 13 === 6) return { kind: 'unknown' }
    return number % 7 === 3 ? { kind: 'pruned', epoch: 2, value } : { kind: 'completed', value }
  }

function judgeAll(points: readonly Hyperparameters[], judge: Judge) {
  const ended: EndedTrial[] = []
  const running: RunningTrial[] = []
  for (const [number, point] of points.entries()) {
    const outcome = judge(point, number)
    if (outcome === 'running') running.push(toRunning(point, number))
    else ended.push({ ...toRunning(point, number), outcome })
  }
  return { ended, running }
}

/** Asks for one trial after the other, each time with all that has become of those before it. */
function grow(
  definition: SweepDefinition,
  count: number,
  judge: (count: number) => Judge = mixedOutcomes,
): Hyperparameters[] {
  const points: Hyperparameters[] = []
  while (points.length < count) {
    const { ended, running } = judgeAll(points, judge(points.length))
    const suggestion = suggest(definition, points.length, ended, running)
    if (suggestion.kind === 'exhausted') break
    points.push(suggestion.hyperparameters)
  }
  return points
}

const onlyOutcome = (outcome: TrialOutcome) => () => () => outcome

describe.each(SAMPLERS)('the sampler %s', (type) => {
  it('stays inside of the space, its conditions and constraints, and never repeats a point', () => {
    const definition = define(type, MIXED)
    const points = grow(definition, 60)
    expect(points).toHaveLength(60)
    expect(new Set(points.map(hashHyperparameters)).size).toBe(60)
    const { when = {}, constraints = [] } = definition
    for (const point of points) {
      expect(satisfiesConstraints(constraints, point)).toBe(true)
      expect(['adam', 'momentum', 'rmsprop']).toContain(point.optimizer)
      expect([16, 32, 64]).toContain(point.batchSize)
      expect([2, 3, 4]).toContain(point.kernel)
      expect(point.lr).toBeGreaterThanOrEqual(0.0001)
      expect(point.lr).toBeLessThanOrEqual(0.1)
      expect(isActive(when, 'lrDecay', point) ? [0.001, 0.0505, 0.1] : [0]).toContain(point.lrDecay)
    }
    expect(points[0]).toMatchObject({ lr: 0.003, optimizer: 'adam', batchSize: 16 })
  })

  it('gives every point of a small space once, and then says that there are none left', () => {
    const definition = define(type, SMALL)
    const points = grow(definition, 100)
    expect(points).toHaveLength(12)
    expect(new Set(points.map(hashHyperparameters)).size).toBe(12)
    expect(countSuggestions(definition)).toBe(12)
  })

  it('gives the one point of a space of one point', () => {
    expect(grow(define(type, { space: {} }), 3)).toHaveLength(1)
    expect(grow(define(type, { space: { lr: { min: 0.1, max: 0.1, steps: 1 } } }), 3)).toHaveLength(1)
  })

  it('leaves out points that are impossible', () => {
    const definition = define(type, MIXED)
    const { ended, running } = judgeAll(grow(definition, 25), mixedOutcomes(25))
    const isPossible = ({ kernel }: Hyperparameters) => kernel === 4
    const suggestion = suggest(definition, 25, ended, running, { isPossible })
    expect(suggestion.kind === 'point' && suggestion.hyperparameters.kernel).toBe(4)
    expect(suggest(definition, 25, ended, running, { isPossible: () => false }).kind).toBe('exhausted')
  })

  it('plans up front what it then suggests one by one', () => {
    const definition = define(type, MIXED)
    const upFront = countUpFront(definition)
    const planned = [...suggestPoints(definition)].slice(0, Math.min(40, upFront))
    expect(grow(definition, planned.length, () => () => 'running')).toEqual(planned)
    expect(needsHistory(definition.sampler)).toBe(upFront < 60)
  })
})

describe.each(LEARNING)('the learning sampler %s', (type) => {
  it('gives the same point for the same trials, in whatever order they are told', () => {
    for (const parts of [MIXED, CONTINUOUS]) {
      const definition = define(type, parts)
      const { ended, running } = judgeAll(grow(definition, 24), mixedOutcomes(24))
      const expected = suggest(definition, 24, ended, running)
      fc.assert(
        fc.property(
          fc.shuffledSubarray(ended, { minLength: ended.length }),
          fc.shuffledSubarray(running, { minLength: running.length }),
          (a, b) => {
            expect(suggest(definition, 24, a, b)).toEqual(expected)
          },
        ),
        { numRuns: 5 },
      )
    }
  })

  it('learns: far more of its points than by chance lie where the objective is good', () => {
    const definition = define(type, CONTINUOUS)
    const good = (points: readonly Hyperparameters[]) =>
      points.slice(-20).filter(({ lr, dropout }) => lr > 0.005 && lr < 0.05 && dropout < 0.3).length
    const judge = (): Judge => (point) => ({
      kind: 'completed',
      value: -((Math.log10(point.lr) + 1.8) ** 2) - point.dropout ** 2,
    })
    expect(good(grow(definition, 50, judge))).toBeGreaterThan(8)
    expect(good(grow(define('sobol', CONTINUOUS), 50, judge))).toBeLessThan(5)
  })

  it.each([1e-12, 1, 1e12])('does the same whether the objective is around 1 or around %f', (scale) => {
    const points = (factor: number) =>
      grow(define(type, CONTINUOUS), 20, () => (point) => ({
        kind: 'completed',
        value: factor * (1 + Math.log10(point.lr) ** 2 + point.dropout),
      }))
    const [scaled, plain] = [points(scale), points(1)]
    for (const [index, point] of scaled.entries()) {
      expect(point.dropout).toBeCloseTo(plain[index]?.dropout ?? Number.NaN, 3)
      expect(Math.log(point.lr)).toBeCloseTo(Math.log(plain[index]?.lr ?? Number.NaN), 3)
    }
  })

  it('keeps going if all objectives are equal, all trials diverged, were pruned, or failed for other reasons', () => {
    const outcomes: TrialOutcome[] = [
      { kind: 'completed', value: 0.5 },
      { kind: 'diverged' },
      { kind: 'pruned', epoch: 1, value: 0.1 },
      { kind: 'unknown' },
      { kind: 'completed', value: Number.NaN },
    ]
    for (const outcome of outcomes) {
      const points = grow(define(type, CONTINUOUS), 25, onlyOutcome(outcome))
      expect(points).toHaveLength(25)
      for (const { lr, dropout } of points) expect(lr * dropout).toBeGreaterThanOrEqual(0)
    }
  })

  it('starts like the Sobol sampler, and says who proposed a point', () => {
    const definition = define(type, CONTINUOUS)
    expect(grow(definition, 8)).toEqual(grow(define('sobol', CONTINUOUS), 8))
    const { ended, running } = judgeAll(grow(definition, 20), mixedOutcomes(20))
    expect(suggest(definition, 20, ended, running)).toMatchObject({
      proposedBy: type === 'tpe' ? 'tpe' : 'gp',
    })
    expect(suggest(definition, 20, [], running)).toMatchObject({ proposedBy: 'sobol' })
  })
})
