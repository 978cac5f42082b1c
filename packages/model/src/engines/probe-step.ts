import { buildCNN } from '../network/build-cnn.js'
import { prepareTensors } from '../network/tensors.js'
import type { Engine } from './engine.js'
import { createPlainTfjsEngine } from './tfjs/tfjs-engine.js'

const SHAPE = [8, 8, 1] as const
const CLASSES = 3
const BATCH = 4
const TOLERANCE = 1e-3

/**
 * Trains a small network for two steps and compares the losses with those of plain TensorFlow.js: the second loss
 * shows whether gradients and update are right.
 * @throws Error if the engine fails, or its losses differ
 */
export async function checkStep(engine: Engine): Promise<void> {
  const losses = await measureLosses(engine)
  const expected = await measureLosses(await createPlainTfjsEngine())
  for (const [step, loss] of losses.entries())
    if (!(Math.abs(loss - (expected[step] ?? Number.NaN)) < TOLERANCE))
      throw new Error(`it computes a loss of ${loss} in step ${step + 1}, which should be ${expected[step]}`)
}

async function measureLosses(engine: Engine): Promise<number[]> {
  await prepareTensors()
  const model = buildCNN(SHAPE, CLASSES, { convLayers: [2], hiddenLayers: [], dropout: 0 }, 1)
  const trainer = await engine.createTrainer(model, { optimizer: 'sgd', batchSize: BATCH })
  const set = {
    size: BATCH,
    images: Uint8Array.from({ length: BATCH * 64 }, (_, index) => (index * 89) % 256),
    labels: Uint8Array.from({ length: BATCH }, (_, index) => index % CLASSES),
  }
  const step = {
    indices: Uint32Array.from({ length: BATCH }, (_, index) => index),
    lr: 0.1,
    drawMask: () => {},
  }
  const losses: number[] = []
  for await (const { loss } of trainer.train(set, [step, step])) losses.push(loss)
  await trainer.dispose()
  model.dispose()
  return losses
}
