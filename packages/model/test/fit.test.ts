import { ACTIVATIONS, type EpochMetrics, hyperparametersSchema, SCHEDULES } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type BuildOptions,
  buildCNN,
  DivergedError,
  type FitOptions,
  fit,
  onnxEngine,
  prepareTensors,
  type TrainingState,
  trainTrial,
} from '../src/index.js'
import { learningRateAt } from '../src/training/learning-rate.js'
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

interface Training extends Partial<FitOptions> {
  readonly optimizer?: 'adam' | 'sgd'
  readonly network?: BuildOptions
}

async function train({ optimizer = 'adam', network, ...overrides }: Training = {}) {
  const options = {
    ...defaults,
    train: drawBrightness(60, 1),
    validation: drawBrightness(30, 2),
    ...overrides,
  }
  const model = buildCNN(
    [8, 8, 1],
    CLASSES,
    { convLayers: [4], hiddenLayers: [8], dropout: options.dropout, bn: true, ...network },
    3,
  )
  const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: options.batchSize })
  const rates: number[] = []
  // The real trainer, with an ear to its rates.
  const learn = trainer.train.bind(trainer)
  trainer.train = (set, steps) => {
    function* listen() {
      for (const step of steps) {
        rates.push(step.lr)
        yield step
      }
    }
    return learn(set, listen())
  }
  const result = await fit(trainer, options).finally(() => trainer.writeBack())
  const checkpoint = await trainer.checkpoint()
  await trainer.dispose()
  return { ...result, checkpoint, rates }
}

const withoutTime = (history: readonly EpochMetrics[]) =>
  history.map(({ durationMs: _, ...metrics }) => metrics)

describe('fit', () => {
  it('learns, with a batch size that does not divide the images', async () => {
    const { history } = await train({ epochs: 40, network: { bn: false } })
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

  it('reports each epoch as it ends, and waits until it is taken', async () => {
    const reported: number[] = []
    const onEpoch = async ({ epoch }: EpochMetrics) => {
      await new Promise(setImmediate)
      reported.push(epoch)
    }
    const { history } = await train({ onEpoch })
    expect(reported).toEqual(history.map(({ epoch }) => epoch))
  })

  it('slows down by the inverse-time decay of Keras, over the steps of all epochs', async () => {
    const { rates } = await train({ epochs: 3, lr: 0.01, lrDecay: 0.5 })
    expect(rates).toHaveLength(3 * 8)
    // Keras' optimizers: lr × 1 / (1 + decay × iterations), where iterations counts the updates before this one.
    expect(rates).toEqual(rates.map((_, iterations) => 0.01 / (1 + 0.5 * iterations)))
    const constant = await train({ epochs: 1, optimizer: 'sgd' })
    const decaying = await train({ epochs: 1, optimizer: 'sgd', lrDecay: 1 })
    expect(decaying.checkpoint.parameters).not.toEqual(constant.checkpoint.parameters)
  })

  for (const schedule of SCHEDULES)
    it(`follows the schedule ${schedule} over the steps of all epochs`, async () => {
      const rate = { schedule, lr: 0.01, lrDecay: 0.5 }
      const { rates } = await train({ epochs: 3, ...rate })
      expect(rates).toEqual(Array.from({ length: 3 * 8 }, (_, step) => learningRateAt(rate, step, 3 * 8)))
    })

  it('stops early and keeps the best weights', async () => {
    const earlyStopping = { monitor: 'val_loss', patience: 2, minDelta: 10, restoreBest: true } as const
    const { history, kept, checkpoint } = await train({ epochs: 9, earlyStopping })
    expect(history).toHaveLength(3)
    expect(kept.epoch).toBe(1)
    expect(checkpoint.steps).toBe(8)
    expect(checkpoint.parameters).toEqual((await train({ epochs: 1 })).checkpoint.parameters)
  })

  it('stops within a few steps when its signal aborts', async () => {
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

describe('training that diverges', () => {
  const failureOf = (training: Training) => train(training).catch((error: unknown) => error)

  /** The state after one epoch of eight steps, with one of its weights replaced. */
  async function poison(weight: number, place: number, network: BuildOptions): Promise<TrainingState> {
    const states: TrainingState[] = []
    await train({ epochs: 1, network, onEpoch: (_, state) => void states.push(state()) })
    const [state] = states
    if (state === undefined) throw new Error('one epoch was trained')
    const parameters = state.trainer.parameters.slice()
    parameters[place] = weight
    return { ...state, trainer: { ...state.trainer, parameters } }
  }

  it('ends with the value of the loss, and the step at which it was seen', async () => {
    const failure = await failureOf({ lr: 1e38, optimizer: 'sgd' })
    expect(failure).toBeInstanceOf(DivergedError)
    expect(failure).toMatchObject({ code: 'diverged', what: 'loss', epoch: 1 })
    expect((failure as DivergedError).step).toBeGreaterThan(1)
    expect((failure as DivergedError).value).not.toSatisfy(Number.isFinite)
  })

  it('counts the steps of all epochs', async () => {
    for (const activation of ACTIVATIONS) {
      const network: BuildOptions = { activations: [activation, activation] }
      const resume = await poison(Number.NaN, 0, network)
      const failure = await failureOf({ resume, network })
      expect(failure, activation).toMatchObject({ what: 'loss', value: Number.NaN, epoch: 2, step: 9 })
      expect(String(failure)).toContain('the loss became NaN in epoch 2, at step 9 of the training')
    }
  })

  it('shows in the weights if a saturated activation hides it from the loss', async () => {
    const network: BuildOptions = { activations: ['tanh', 'tanh'], bn: false }
    // The first bias of the convolution, behind its 3 × 3 × 4 weights: tanh makes 1 of infinity.
    const resume = await poison(Number.POSITIVE_INFINITY, 36, network)
    const failure = await failureOf({ resume, network })
    expect(failure).toMatchObject({ what: 'weight', value: Number.POSITIVE_INFINITY, epoch: 2, step: 16 })
  })

  it('by its last step alone is seen by the validation images', async () => {
    const failure = await failureOf({ lr: 1e38, optimizer: 'sgd', batchSize: 60, network: { bn: false } })
    expect(failure).toMatchObject({ what: 'validation loss', epoch: 1, step: 1 })
  })

  it('on the test images only is no score either', async () => {
    const point = hyperparametersSchema.parse({ convLayers: [4], hiddenLayers: [], epochs: 1, batchSize: 8 })
    const set = drawBrightness(8, 1)
    const images = {
      shape: [8, 8, 1] as const,
      classNames: ['a', 'b', 'c', 'd'],
      train: set,
      validation: set,
      test: set,
    }
    // Labels beyond the classes have no probability.
    const test = { ...set, labels: set.labels.map(() => 9) }
    const failure = await trainTrial(onnxEngine, point, { ...images, test }, { seed: 1 }).catch(
      (e: unknown) => e,
    )
    expect(failure).toMatchObject({ code: 'diverged', what: 'test loss', epoch: 1, step: 1 })
  })
})
