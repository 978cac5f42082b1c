import { ACTIVATIONS, findShrinkage, LOSSES, OPTIMIZERS } from '@sweepd/core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { onnxEngine, prepareTensors } from '../src/index.js'
import {
  buildDisturbed,
  type Case,
  drawImages,
  engineGradients,
  modelShape,
  referenceGradients,
  referencePredictions,
  relativeError,
  snapshot,
  takeStep,
} from './reference.js'

beforeAll(prepareTensors)

/** The same networks in every run: now and then two candidates of a pooling window differ by less than rounding does. */
const SEED = 2019
const RUNS = 40
/** A limit for hangs: on an idle core each takes a few seconds. */
const TIMEOUT_MS = 300_000

const sides = (most: number) => {
  const side = fc.integer({ min: 1, max: most })
  return fc.oneof(side, fc.tuple(side, side))
}
const activation = fc.constantFrom(...ACTIVATIONS)
const penalty = fc.constantFrom(0, 0.01, 0.1)

/** Networks of every shape that can be built, on images of a few pixels. */
const networks: fc.Arbitrary<Case> = fc
  .record({
    kernel: sides(4),
    stride: sides(2),
    zeroPadding: fc.boolean(),
    bn: fc.boolean(),
    activations: fc.tuple(activation, activation),
    convLayers: fc.array(fc.constantFrom(1, 2, 3, 8), { minLength: 1, maxLength: 2 }),
    hiddenLayers: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
    reg: fc.oneof(penalty, fc.record({ l1: penalty, l2: penalty })),
    loss: fc.constantFrom(...LOSSES),
    dataFormat: fc.constantFrom('channelsLast' as const, 'channelsFirst' as const),
    inputShape: fc.tuple(
      fc.integer({ min: 4, max: 13 }),
      fc.integer({ min: 4, max: 13 }),
      fc.constantFrom(1, 2, 3, 8),
    ),
    batch: fc.integer({ min: 1, max: 6 }),
  })
  .filter((network) => findShrinkage(network, network.inputShape[0], network.inputShape[1]) === undefined)

it(
  'any network has the loss, gradients, averages and predictions of TensorFlow.js',
  async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.integer({ min: 1, max: 1000 }), async (network, seed) => {
        const [ours, theirs] = [buildDisturbed(network, seed), buildDisturbed(network, seed)]
        const set = drawImages(network, seed)
        await expectSamePredictions(network, seed)
        const actual = await engineGradients(ours, set, network.loss)
        const expected = referenceGradients(theirs, set, modelShape(network), network.loss)
        expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-4)
        for (const { originalName, name } of theirs.trainableWeights) {
          if (network.bn && /^conv\d+\/bias$/.test(originalName)) continue
          const gradient = expected.gradients.get(name) ?? []
          expect(relativeError(actual.gradients.get(originalName), gradient), originalName).toBeLessThan(1e-3)
        }
        const moved = snapshot(theirs)
        for (const { originalName } of theirs.nonTrainableWeights)
          expect(
            relativeError(actual.after.get(originalName), moved.get(originalName) ?? []),
            originalName,
          ).toBeLessThan(1e-5)
        ours.dispose()
        theirs.dispose()
      }),
      { seed: SEED, numRuns: RUNS },
    )
  },
  TIMEOUT_MS,
)

/** In batches that do not divide the images. */
async function expectSamePredictions(network: Case, seed: number): Promise<void> {
  const model = buildDisturbed(network, seed)
  const set = drawImages(network, seed)
  const trainer = await onnxEngine.createTrainer(model, { optimizer: 'sgd', batchSize: 4 })
  const actual = (await trainer.predict(set.images, set.size)).map(Math.exp)
  await trainer.dispose()
  expect(relativeError(actual, referencePredictions(model, set, modelShape(network)))).toBeLessThan(1e-4)
  model.dispose()
}

it(
  'any network trains with any optimizer and comes back to any checkpoint, to the bit',
  async () => {
    await fc.assert(
      fc.asyncProperty(networks, fc.constantFrom(...OPTIMIZERS), async (network, optimizer) => {
        const model = buildDisturbed(network)
        const options = { optimizer, batchSize: 4, loss: network.loss }
        const [first, second] = [
          drawImages({ ...network, batch: 4 }, 1),
          drawImages({ ...network, batch: 3 }, 2),
        ]
        const trainer = await onnxEngine.createTrainer(model, options)
        await takeStep(trainer, first, 0.01)
        const between = await trainer.checkpoint()
        await takeStep(trainer, second, 0.01)
        const after = await trainer.checkpoint()
        await trainer.dispose()
        const resumed = await onnxEngine.createTrainer(model, options)
        await resumed.restore(between)
        await takeStep(resumed, second, 0.01)
        expect(await resumed.checkpoint()).toEqual(after)
        await resumed.dispose()
        model.dispose()
      }),
      { seed: SEED, numRuns: RUNS },
    )
  },
  TIMEOUT_MS,
)
