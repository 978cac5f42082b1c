import { OPTIMIZERS } from '@sweepd/core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, onnxEngine, prepareTensors, type TrainerOptions } from '../src/index.js'
import { Random } from '../src/training/random.js'
import { buildDisturbed, type Case, drawImages, snapshot, takeStep } from './reference.js'

const BATCH = 6
const LR = 0.01
/** A limit for hangs: on an idle core forty steps take a second or two. */
const TIMEOUT_MS = 300_000

type Optimizer = TrainerOptions['optimizer']
const NETWORKS: readonly (Case & {
  readonly optimizer: Optimizer
  readonly loss?: TrainerOptions['loss']
})[] = [
  { optimizer: 'adam', bn: true, zeroPadding: true, reg: 0.001, dropout: 0.3 },
  { optimizer: 'momentum', bn: false, stride: [1, 2], convLayers: [3], dropout: 0.5 },
  { optimizer: 'rmsprop', bn: true, kernel: 2, reg: { l1: 0, l2: 0.01 }, dataFormat: 'channelsFirst' },
  { optimizer: 'adamw', activations: ['selu', 'tanh'], dropout: 0.2, loss: 'binaryCrossentropy' },
]

const show = (value: unknown) => JSON.stringify(value).replaceAll('"', '')

/** The same batch and mask for both engines, drawn from the number of the step. */
const drawStep = (network: Case, step: number) => {
  const set = drawImages({ ...network, batch: BATCH }, step + 1)
  const drawMask = (mask: Float32Array) => new Random(step).fillDropoutMask(mask, network.dropout ?? 0)
  return [set, LR, drawMask] as const
}

const createTrainer = (engine: Engine, network: Case, optimizer: Optimizer, loss?: TrainerOptions['loss']) =>
  engine.createTrainer(buildDisturbed(network), { optimizer, loss, batchSize: BATCH })

const difference = (ours: Float32Array, theirs: Float32Array) =>
  Math.max(...ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN))))

/** What every engine on TensorFlow.js must do; whatever it computes on. */
export function testTfjsEngine(create: () => Promise<Engine>): void {
  let tfjsEngine: Engine

  beforeAll(async () => {
    await prepareTensors()
    tfjsEngine = await create()
  })

  describe('forty steps with TensorFlow.js have the losses of the compiled engine to 1e-4', () => {
    for (const network of NETWORKS)
      it(
        `of ${show(network)}`,
        async () => {
          const { optimizer, loss, ...options } = network
          const ours = await createTrainer(tfjsEngine, options, optimizer, loss)
          const theirs = await createTrainer(onnxEngine, options, optimizer, loss)
          const losses = new Set<number>()
          for (let step = 0; step < 40; step++) {
            const result = await takeStep(ours, ...drawStep(options, step))
            const expected = await takeStep(theirs, ...drawStep(options, step))
            expect(Math.abs(result.loss - expected.loss), `step ${step}`).toBeLessThan(1e-4)
            expect(result.correct, `step ${step}`).toBe(expected.correct)
            losses.add(result.loss)
          }
          expect(losses.size).toBe(40)
          const { images } = drawImages({ ...options, batch: 150 }, 99)
          expect(difference(await ours.predict(images, 150), await theirs.predict(images, 150))).toBeLessThan(
            1e-3,
          )
          expect(Math.abs((await ours.penalty()) - (await theirs.penalty()))).toBeLessThan(1e-4)
          await ours.dispose()
          await theirs.dispose()
        },
        TIMEOUT_MS,
      )

    for (const optimizer of ['sgd', 'adamw', 'nesterov'] as const)
      it(`of ${optimizer} with a weight decay, and the same weights`, async () => {
        const network: Case = { convLayers: [2], hiddenLayers: [3], bn: true }
        const options = { optimizer, batchSize: BATCH, weightDecay: 2 }
        const models = [buildDisturbed(network), buildDisturbed(network)] as const
        const ours = await tfjsEngine.createTrainer(models[0], options)
        const theirs = await onnxEngine.createTrainer(models[1], options)
        for (let step = 0; step < 3; step++) {
          const { loss } = await takeStep(ours, ...drawStep(network, step))
          const expected = await takeStep(theirs, ...drawStep(network, step))
          expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-4)
        }
        for (const trainer of [ours, theirs]) await trainer.writeBack().then(() => trainer.dispose())
        const [mine, other] = [snapshot(models[0]), snapshot(models[1])]
        for (const [name, weights] of mine)
          expect(difference(weights, other.get(name) ?? new Float32Array()), name).toBeLessThan(1e-3)
      })

    for (const optimizer of OPTIMIZERS)
      it(`of ${optimizer}, in three steps from the same weights`, async () => {
        const network: Case = { convLayers: [2], hiddenLayers: [3] }
        const ours = await createTrainer(tfjsEngine, network, optimizer)
        const theirs = await createTrainer(onnxEngine, network, optimizer)
        for (let step = 0; step < 3; step++) {
          const [result, expected] = [
            await takeStep(ours, ...drawStep(network, step)),
            await takeStep(theirs, ...drawStep(network, step)),
          ]
          expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-5)
        }
        await ours.dispose()
        await theirs.dispose()
      })
  })

  describe('a trainer on TensorFlow.js', () => {
    const network: Case = { bn: true, dropout: 0.3, reg: 0.01 }

    for (const optimizer of OPTIMIZERS)
      it(`goes on from a checkpoint bit for bit, with ${optimizer}`, async () => {
        const alone = await createTrainer(tfjsEngine, network, optimizer)
        for (let step = 0; step < 2; step++) await takeStep(alone, ...drawStep(network, step))
        const saved = await alone.checkpoint()
        expect(saved.layout).toBe(`tfjs ${optimizer}`)
        const resumed = await createTrainer(tfjsEngine, network, optimizer)
        await resumed.restore(saved)
        for (let step = 2; step < 4; step++)
          expect(await takeStep(resumed, ...drawStep(network, step))).toEqual(
            await takeStep(alone, ...drawStep(network, step)),
          )
        expect(await resumed.checkpoint()).toEqual(await alone.checkpoint())
        await alone.dispose()
        await resumed.dispose()
      })

    it('refuses a checkpoint of the compiled engine', async () => {
      const ours = await createTrainer(tfjsEngine, network, 'adam')
      const theirs = await createTrainer(onnxEngine, network, 'adam')
      await expect(ours.restore(await theirs.checkpoint())).rejects.toMatchObject({
        code: 'unusable-checkpoint',
      })
      await ours.dispose()
      await theirs.dispose()
    })

    it('changes the model with writeBack alone, and disposes of every tensor that it made', async () => {
      const model = buildDisturbed(network)
      const before = snapshot(model)
      const tensors = tf.memory().numTensors
      const trainer = await tfjsEngine.createTrainer(model, { optimizer: 'adam', batchSize: BATCH })
      await takeStep(trainer, ...drawStep(network, 0))
      const afterStep = tf.memory().numTensors
      await takeStep(trainer, ...drawStep(network, 1))
      await trainer.predict(drawImages(network).images, 5)
      await trainer.penalty()
      await trainer.restore(await trainer.checkpoint())
      expect(tf.memory().numTensors).toBe(afterStep)
      expect(snapshot(model)).toEqual(before)
      await trainer.writeBack()
      expect(snapshot(model)).not.toEqual(before)
      await trainer.dispose()
      expect(tf.memory().numTensors).toBe(tensors)
      expect([...snapshot(model).values()].flatMap((values) => [...values]).every(Number.isFinite)).toBe(true)
    })
  })
}
