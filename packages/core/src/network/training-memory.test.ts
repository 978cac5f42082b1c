import { expect, it } from 'vitest'
import { DATASET_FACTS } from '../definition/datasets.js'
import { hyperparametersSchema } from '../hyperparameters/hyperparameters.js'
import { estimateTrainingMemory } from './training-memory.js'

const estimate = (input: object) =>
  estimateTrainingMemory(hyperparametersSchema.parse(input), DATASET_FACTS['fashion-mnist'])

it('counts the parameters of the default network as Keras does', () => {
  const convolutions = 9 * 32 + 32 + 9 * 32 * 64 + 64
  const dense = 5 * 5 * 64 * 128 + 128 + 128 * 10 + 10
  expect(estimate({}).parameters).toBe(convolutions + dense)
})

it('counts the kernel’s two sides, and no hidden layer if there is none', () => {
  const { parameters } = estimate({ kernel: [3, 5], convLayers: [8], hiddenLayers: [] })
  expect(parameters).toBe(3 * 5 * 8 + 8 + 13 * 12 * 8 * 10 + 10)
})

it.each([
  ['a large batch', { batchSize: 1024 }, 480],
  ['wide hidden layers', { hiddenLayers: [4096, 4096] }, 1450],
])('is within a quarter of what was measured for %s', (_, hyperparameters, measuredMiB) => {
  const share = estimate(hyperparameters).totalBytes / 1024 ** 2 / measuredMiB
  expect(share).toBeGreaterThan(0.75)
  expect(share).toBeLessThan(1.25)
})

it('grows in proportion to the batch, but for the parameters', () => {
  const [one, many] = [estimate({ batchSize: 1 }), estimate({ batchSize: 100 })]
  expect(many.activationBytes).toBe(100 * one.activationBytes)
  expect(many.parameterBytes).toBe(one.parameterBytes)
})

it('finds more than a hundred gibibytes in twelve layers of 4096 filters and a batch of 8192', () => {
  const layers = { convLayers: Array(12).fill(4096), kernel: 1, zeroPadding: true }
  expect(estimate({ ...layers, batchSize: 8192 }).totalBytes).toBeGreaterThan(100 * 1024 ** 3)
})
