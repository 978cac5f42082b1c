import fc from 'fast-check'
import type { Json } from './json.js'

const VALUES: Readonly<Record<string, readonly Json[]>> = {
  kernel: [1, 3, 4, [3, 4]],
  stride: [1, 2, [1, 2]],
  bn: [false, true],
  zeroPadding: [false, true],
  reg: [0, 0.0005, { l1: 0, l2: 0.001 }, { l1: 0.1 }],
  lr: [0.001, 0.01, 1],
  schedule: ['inverseTime', 'cosine', 'oneCycle'],
  weightDecay: [null, 0, 0.01],
  dropout: [0, 0.5],
  optimizer: ['adam', 'sgd'],
  activations: [
    ['relu', 'relu'],
    ['tanh', 'elu'],
  ],
  convLayers: [[8], [32, 64], [16, 16]],
  hiddenLayers: [[], [128], [4096]],
  batchSize: [1, 32, 8192],
  epochs: [1, 20, 10_000],
  earlyStopping: [null, { patience: 3 }, { monitor: 'val_acc', restoreBest: true }],
  trainSize: [null, 100, 12_000, 50_000],
}

/** Ranges that are nearly right: the faults that come late. Thousands of steps in several make huge grids. */
const range: fc.Arbitrary<Json> = fc.record(
  {
    min: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 })),
    max: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 99 })),
    steps: fc.oneof(fc.integer({ min: 0, max: 7 }), fc.constantFrom(50, 1000, 10_000, 10_001)),
    scale: fc.constantFrom('linear', 'log'),
  },
  { requiredKeys: ['min', 'max'] },
)

const pickValue = (name: string): fc.Arbitrary<Json> => fc.constantFrom(...(VALUES[name] ?? [null]))
const pickAxis = (name: string): fc.Arbitrary<Json> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.subarray([...(VALUES[name] ?? [])], { minLength: 1 }) },
    { weight: 1, arbitrary: range },
  )

/** Which hyperparameters vary and which are fixed; none is both. */
const hyperparameters = fc.shuffledSubarray(Object.keys(VALUES), { maxLength: 7 }).chain((names) => {
  const varied = names.slice(0, 3)
  const fixed = names.slice(3)
  return fc.record({
    space: fc.record(Object.fromEntries(varied.map((name) => [name, pickAxis(name)]))),
    fixed: fc.record(Object.fromEntries(fixed.map((name) => [name, pickValue(name)]))),
  })
})

/** Definitions of small sweeps that are valid for the most part, and a few of grids that no machine could hold. */
export const sweepDefinition: fc.Arbitrary<Json> = fc
  .tuple(
    hyperparameters,
    fc.record(
      {
        name: fc.oneof(fc.constantFrom('x', 'Größe', '名前'), fc.string({ minLength: 1 })),
        dataset: fc.constantFrom('synthetic', 'fashion-mnist'),
        sampler: fc.oneof(
          fc.constant({ type: 'grid' }),
          fc.record({ type: fc.constantFrom('random', 'sobol'), trials: fc.integer({ min: 1, max: 20 }) }),
        ),
        impossible: fc.constant('refuse'),
        objective: fc.constantFrom<Json>(
          {},
          { metric: 'val_loss' },
          { metric: 'acc', direction: 'minimize' },
        ),
        pruner: fc.constant({ type: 'none' }),
        seed: fc.nat(),
      },
      { requiredKeys: ['name'] },
    ),
  )
  .map(([parts, rest]) => ({ ...rest, ...parts }))
