import type { ModelResult } from '../src/reproduce/collect-results.js'
import { sampleTrial } from './samples.js'

/** Two models after one and two epochs: one that is reached, one that is not. */
export function sampleResults(): ModelResult[] {
  const [first, second] = [sampleTrial(0, 1), sampleTrial(1, 2)]
  const model = { file: 'seed.json', point: {}, metric: 'val_acc', seedPercent: 41 } as const
  return [
    { model: { ...model, name: 'first' }, trial: first, percent: 40, difference: -1, isReached: true },
    {
      model: { ...model, name: 'second', seedPercent: 90 },
      trial: second,
      percent: 70,
      difference: -20,
      isReached: false,
    },
  ]
}
