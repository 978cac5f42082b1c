import type { EpochMetrics } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildCNN, DivergedError, type FitOptions, fit, onnxEngine, prepareTensors } from '../src/index.js'
import { CLASSES, drawImages } from './reference.js'

beforeAll(prepareTensors)

/** Classes that differ in brightness, so that a small network learns them in a few epochs. */
function drawBrightness(size: number, seed: number) {
  const set = drawImages({ batch: size, inputShape: [8, 8, 1] }, seed)
  for (const [index, label] of set.labels.entries())
    for (let pixel = 0; pixel < 64; pixel++)
      set.images[index * 64 + pixel] = label * 60 + ((set.images[index * 64 + pixel] ?? 0) >> 3)
  return set
}

const defaults = {
  lr: 0.01,
  lrDecay: 0,
  dropout: 0.2,
  batchSize: 8,
  epochs: 4,
  earlyStopping: null,
  seed: 1,
} as const

async function train(overrides: Partial<FitOptions> = {}, optimizer: 'adam' | 'sgd' = 'adam', bn = true) {
  const options = {
    ...defaults,
    train: drawBrightness(60, 1),
    validation: drawBrightness(30, 2),
    ...overrides,
  }
  const model = buildCNN(
    [8, 8, 1],
    CLASSES,
    { convLayers: [4], hiddenLayers: [8], dropout: options.dropout, bn },
    3,
  )
  const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: options.batchSize })
  const result = await fit(trainer, options).finally(() => trainer.writeBack())
  const checkpoint = await trainer.checkpoint()
  await trainer.dispose()
  return { ...result, checkpoint }
}

const withoutTime = (history: readonly EpochMetrics[]) =>
  history.map(({ durationMs: _, ...metrics }) => metrics)

describe('fit', () => {
  it('learns, with a batch size that does not divide the images', async () => {
    const { history } = await train({ epochs: 40 }, 'adam', false)
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(history.at(-1)?.val_acc).toBeGreaterThan(0.9)
    expect(history.at(-1)?.loss).toBeLessThan(history[0]?.loss ?? 0)
  })

  it('gives the same numbers, bit for bit, for the same seed, and others for another', async () => {
    const [first, second, other] = [await train(), await train(), await train({ seed: 2 })]
    expect(withoutTime(second.history)).toEqual(withoutTime(first.history))
    expect(second.checkpoint).toEqual(first.checkpoint)
    expect(other.checkpoint.parameters).not.toEqual(first.checkpoint.parameters)
  })

  it('reports each epoch as it ends, and waits for the answer', async () => {
    const reported: number[] = []
    const onEpoch = async ({ epoch }: EpochMetrics) => {
      await new Promise(setImmediate)
      reported.push(epoch)
    }
    const { history } = await train({ onEpoch })
    expect(reported).toEqual(history.map(({ epoch }) => epoch))
  })

  it('slows down by the inverse-time decay', async () => {
    const [constant, decaying] = [
      await train({ epochs: 1 }, 'sgd'),
      await train({ epochs: 1, lrDecay: 1e9 }, 'sgd'),
    ]
    const still = await train({ epochs: 1, lr: 1e-30 }, 'sgd')
    const distance = (a: Float32Array, b: Float32Array) =>
      Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)))
    const moved = distance(constant.checkpoint.parameters, still.checkpoint.parameters)
    // With so much decay only the first of eight steps moves the weights.
    const movedOnce = distance(decaying.checkpoint.parameters, still.checkpoint.parameters)
    expect(movedOnce).toBeGreaterThan(0)
    expect(movedOnce).toBeLessThan(moved)
  })

  it('stops early and keeps the best weights', async () => {
    const earlyStopping = { monitor: 'val_loss', patience: 2, minDelta: 10, restoreBest: true } as const
    const { history, kept, checkpoint } = await train({ epochs: 9, earlyStopping })
    expect(history).toHaveLength(3)
    expect(kept.epoch).toBe(1)
    expect(checkpoint.steps).toBe(8)
    expect(checkpoint.parameters).toEqual((await train({ epochs: 1 })).checkpoint.parameters)
  })

  it('ends as diverged, naming epoch and step, when the loss is no longer a number', async () => {
    const failure = await train({ lr: 1e38 }, 'sgd').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DivergedError)
    expect(failure).toMatchObject({ code: 'diverged', epoch: 1 })
    expect((failure as DivergedError).step).toBeGreaterThan(1)
  })

  it('stops within a step when its signal aborts', async () => {
    const stop = new AbortController()
    const epochs: number[] = []
    const onEpoch = ({ epoch }: EpochMetrics) => {
      epochs.push(epoch)
      stop.abort(new Error('enough'))
    }
    await expect(train({ signal: stop.signal, onEpoch })).rejects.toThrow('enough')
    expect(epochs).toEqual([1])
  })
})
