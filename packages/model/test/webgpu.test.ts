import { OPTIMIZERS } from '@sweepd/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeviceImages } from '../src/engines/onnx/runtime/device-images.js'
import { InferenceSession } from '../src/engines/onnx/runtime/onnxruntime.js'
import { sessionOptions } from '../src/engines/onnx/runtime/session-options.js'
import { writeGraph } from '../src/engines/onnx/training-step/graph-plan.js'
import {
  buildCNN,
  createOnnxEngine,
  type Engine,
  type LabelledImages,
  onnxEngine,
  prepareTensors,
  type Trainer,
  type TrainingStep,
} from '../src/index.js'
import { Random } from '../src/training/random.js'
import { findWebGpuFault } from './find-webgpu.js'
import { buildDisturbed, type Case, drawImages } from './reference.js'
import { expectSameStep, STEP_CASES } from './step-cases.js'

const fault = await findWebGpuFault()
const describeWebGpu = describe.skipIf(fault !== undefined)
const reason = fault === undefined ? '' : ` (skipped: ${fault})`

/** Software compiles each kernel for a tenth of a second or more, and a loaded machine for longer. */
const TIMEOUT_MS = 120_000
const TOLERANCE = 1e-4

let engine: Engine
beforeAll(async () => {
  await prepareTensors()
  engine = createOnnxEngine({ provider: 'webgpu' })
})
afterAll(() => engine.dispose())

const largestDifference = (ours: Float32Array, theirs: Float32Array): number =>
  ours.reduce((most, value, index) => Math.max(most, Math.abs(value - (theirs[index] ?? Number.NaN))), 0)

async function expectSameState(ours: Trainer, theirs: Trainer): Promise<void> {
  const [actual, expected] = [await ours.checkpoint(), await theirs.checkpoint()]
  expect(actual.steps).toBe(expected.steps)
  expect(largestDifference(actual.parameters, expected.parameters)).toBeLessThan(TOLERANCE)
  expect(largestDifference(actual.moving, expected.moving)).toBeLessThan(TOLERANCE)
  for (const [index, vector] of actual.state.entries())
    expect(largestDifference(vector, expected.state[index] ?? new Float32Array())).toBeLessThan(TOLERANCE)
}

/** Batches from all over the set, as in an epoch. */
function drawSteps(set: LabelledImages, size: number, count: number, dropout: number): TrainingStep[] {
  const order = new Random(5).permutation(set.size)
  return Array.from({ length: count }, (_, step) => ({
    indices: Uint32Array.from({ length: size }, (_, place) => order[(step * size + place) % set.size] ?? 0),
    lr: 0.001 / (1 + step),
    drawMask: (mask) => new Random(step).fillDropoutMask(mask, dropout),
  }))
}

/** Takes the same steps with both, and compares every loss. */
async function trainBoth(
  trainers: readonly [Trainer, Trainer],
  set: LabelledImages,
  steps: readonly TrainingStep[],
): Promise<void> {
  const [ours, theirs] = await Promise.all(
    trainers.map(async (trainer) => {
      const results = []
      for await (const result of trainer.train(set, steps)) results.push(result)
      return results
    }),
  )
  expect(ours).toHaveLength(steps.length)
  for (const [step, result] of (ours ?? []).entries()) {
    expect(Math.abs(result.loss - (theirs?.[step]?.loss ?? Number.NaN)), `step ${step}`).toBeLessThan(
      TOLERANCE,
    )
    expect(result.correct, `step ${step}`).toBe(theirs?.[step]?.correct)
  }
}

describeWebGpu(`a training step on WebGPU has the gradients of TensorFlow.js${reason}`, () => {
  it.each([...STEP_CASES])('%s', (_, options) => expectSameStep(options, engine), TIMEOUT_MS)
})

describeWebGpu(`training on WebGPU equals training on the CPU${reason}`, () => {
  const network: Case = {
    ...{ bn: true, zeroPadding: true, reg: 0.001, dropout: 0.3, convLayers: [3, 4], hiddenLayers: [6] },
    ...{ batch: 30, inputShape: [9, 8, 1] },
  }
  const set = drawImages(network)

  it.each(OPTIMIZERS)(
    'with %s, forty steps long, with checkpoint, restore and a smaller batch',
    async (optimizer) => {
      const model = buildDisturbed(network)
      const create = (on: Engine) => on.createTrainer(model, { optimizer, batchSize: 8 })
      const trainers = [await create(engine), await create(onnxEngine)] as const
      const [ours, theirs] = trainers
      await trainBoth(trainers, set, drawSteps(set, 8, 40, 0.3))
      await expectSameState(ours, theirs)
      const saved = await ours.checkpoint()
      await trainBoth(trainers, set, drawSteps(set, 3, 1, 0.3))
      // Checkpoints pass from one to the other.
      for (const trainer of trainers) await trainer.restore(saved)
      await trainBoth(trainers, set, drawSteps(set, 8, 2, 0.3))
      await expectSameState(ours, theirs)
      const [predicted, expected] = [
        await ours.predict(set.images, set.size),
        await theirs.predict(set.images, set.size),
      ]
      expect(largestDifference(predicted, expected)).toBeLessThan(TOLERANCE)
      expect(await ours.penalty()).toBeCloseTo(await theirs.penalty(), 5)
      for (const trainer of trainers) await trainer.dispose()
      model.dispose()
    },
    TIMEOUT_MS,
  )

  it(
    'with the largest network of the seed',
    async () => {
      const images = drawImages({ batch: 24, inputShape: [28, 28, 1] })
      const model = buildCNN([28, 28, 1], 4, {
        convLayers: [32, 64, 128],
        bn: true,
        zeroPadding: true,
        dropout: 0.5,
        reg: 0.0005,
      })
      const create = (on: Engine) => on.createTrainer(model, { optimizer: 'adam', batchSize: 8 })
      const trainers = [await create(engine), await create(onnxEngine)] as const
      await trainBoth(trainers, images, drawSteps(images, 8, 3, 0.5))
      for (const trainer of trainers) await trainer.dispose()
      model.dispose()
    },
    TIMEOUT_MS,
  )
})

describeWebGpu(`images on the device${reason}`, () => {
  const [first, second] = [drawImages({ batch: 10 }), drawImages({ batch: 12 }, 4)]
  const bytes = first.images.length * 4

  function createImages(limits: { setBytes: number; totalBytes: number }) {
    const uploads: number[] = []
    const source = new DeviceImages(async (pixels) => {
      uploads.push(pixels)
      const plan = { kind: 'upload', pixels } as const
      const session = await InferenceSession.create(writeGraph(plan), sessionOptions('webgpu', plan))
      return { session, release: () => void session.release() }
    }, limits)
    const feed = async (set: LabelledImages) =>
      Object.keys(await source.feed(set, Uint32Array.of(1, 0, 3), [3])).toSorted()
    return { source, uploads, feed }
  }

  it('go there once, and places follow', async () => {
    const { source, uploads, feed } = createImages({ setBytes: 2 * bytes, totalBytes: 4 * bytes })
    for (const set of [first, second, first, second])
      expect(await feed(set)).toEqual(['image_set', 'indices'])
    expect(uploads).toHaveLength(2)
    source.dispose()
  })

  it('make room for others, the least recently used first', async () => {
    const { source, uploads, feed } = createImages({ setBytes: 2 * bytes, totalBytes: 2.5 * bytes })
    const third = drawImages({ batch: 10 }, 5)
    for (const set of [first, second, first, third, first]) await feed(set)
    expect(uploads).toHaveLength(3)
    await feed(second)
    expect(uploads).toHaveLength(4)
    source.dispose()
  })

  it('stay in main memory if a set is too large', async () => {
    const { source, uploads, feed } = createImages({ setBytes: bytes, totalBytes: 4 * bytes })
    expect(source.isResident(first)).toBe(true)
    expect(source.isResident(second)).toBe(false)
    expect(await feed(second)).toEqual(['images'])
    expect(uploads).toHaveLength(0)
  })
})
