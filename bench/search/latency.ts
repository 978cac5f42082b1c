import { hashHyperparameters, parseSweepDefinition } from '@sweepd/core'
import { type EndedTrial, suggest, suggestPoints } from '@sweepd/search'

const ENDED = 10_000
const SUGGESTIONS = 200

/** Prints how long one suggestion of the TPE sampler takes in a sweep of 10,000 ended trials, 12 axes and 8 running ones. */
export function measureLatency(): void {
  const definition = parseSweepDefinition({
    name: 'latency',
    sampler: { type: 'tpe', trials: 100_000 },
    space: {
      lr: { min: 0.00001, max: 1, scale: 'log' },
      lrDecay: { min: 0.000001, max: 0.1, scale: 'log' },
      dropout: { min: 0, max: 0.8 },
      reg: { min: 0.000001, max: 0.1, scale: 'log' },
      batchSize: { min: 8, max: 512, scale: 'log' },
      epochs: { min: 1, max: 50 },
      kernel: [2, 3, 4, 5],
      bn: [true, false],
      zeroPadding: [true, false],
      optimizer: ['adam', 'sgd', 'momentum', 'rmsprop'],
      convLayers: [[8], [16], [32], [16, 32], [32, 64]],
      hiddenLayers: [[], [32], [64], [128]],
    },
    when: { lrDecay: { optimizer: ['sgd', 'momentum'] } },
  })
  const trials: EndedTrial[] = []
  for (const hyperparameters of suggestPoints(definition)) {
    if (trials.length === ENDED + 8) break
    const value = -Math.abs(Math.log10(hyperparameters.lr) + 2.5) - hyperparameters.dropout
    trials.push({
      number: trials.length,
      hyperparameters,
      hyperparametersHash: hashHyperparameters(hyperparameters),
      outcome: { kind: 'completed', value },
    })
  }
  const [ended, running] = [trials.slice(0, ENDED), trials.slice(ENDED)]
  const durations = Array.from({ length: SUGGESTIONS + 20 }, (_, index) => {
    const startedAt = performance.now()
    suggest(definition, ENDED + 8 + index, ended, running)
    return performance.now() - startedAt
  })
    // The first ones are compiled while they run.
    .slice(20)
    .sort((a, b) => a - b)
  const at = (share: number) => durations[Math.floor(share * SUGGESTIONS)]?.toFixed(2)
  console.log(
    `a suggestion at ${ENDED} ended trials: median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`,
  )
}
