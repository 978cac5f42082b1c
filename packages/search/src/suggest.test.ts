import {
  type Hyperparameters,
  hashHyperparameters,
  parseSweepDefinition,
  type SweepDefinition,
} from '@sweepd/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EndedTrial, type RunningTrial, suggest } from './suggest.js'
import { countSuggestions, suggestPoints } from './suggest-points.js'

const SAMPLERS = [{ type: 'grid' }, { type: 'random', trials: 40 }, { type: 'sobol', trials: 40 }] as const

const finite = { kernel: [3, 4], stride: [1, 2], bn: [true, false], dropout: { min: 0, max: 0.5, steps: 3 } }

const define = (sampler: object, space: object = finite): SweepDefinition =>
  parseSweepDefinition({ name: 'x', space, sampler })

const toRunning = (hyperparameters: Hyperparameters, number: number): RunningTrial => ({
  number,
  hyperparameters,
  hyperparametersHash: hashHyperparameters(hyperparameters),
})

/** Asks for trial after trial; every second one has ended by the time the next one is asked for. */
function grow(definition: SweepDefinition, count: number): Hyperparameters[] {
  const trials: RunningTrial[] = []
  while (trials.length < count) {
    const ended = trials
      .filter(({ number }) => number % 2 === 0)
      .map((trial): EndedTrial => ({ ...trial, outcome: { kind: 'completed', value: 1 / trial.number } }))
    const running = trials.filter(({ number }) => number % 2 === 1)
    const suggestion = suggest(definition, trials.length, ended.reverse(), running)
    if (suggestion.kind === 'exhausted') break
    trials.push(toRunning(suggestion.hyperparameters, trials.length))
  }
  return trials.map(({ hyperparameters }) => hyperparameters)
}

describe.each(SAMPLERS)('suggest by the sampler $type', (sampler) => {
  it('gives one by one the points that are planned in one go, and then says that there are no more', () => {
    const definition = define(sampler)
    const planned = [...suggestPoints(definition)]
    expect(planned).toHaveLength(countSuggestions({ ...definition, sampler: { type: 'grid' } }))
    expect(grow(definition, 100)).toEqual(planned)
  })

  it('leaves out points that are impossible', () => {
    const definition = define(sampler)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), (trialNumber) => {
        const isPossible = ({ stride }: Hyperparameters) => stride === 2
        const suggestion = suggest(definition, trialNumber, [], [], { isPossible })
        expect(suggestion.kind === 'point' && suggestion.hyperparameters.stride).toBe(2)
        expect(suggest(definition, trialNumber, [], [], { isPossible: () => false }).kind).toBe('exhausted')
      }),
      { numRuns: 10 },
    )
  })
})
