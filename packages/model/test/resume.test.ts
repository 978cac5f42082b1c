import { type EpochMetrics, hyperparametersSchema, OPTIMIZERS, SCHEDULES } from '@sweepd/core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildCNN,
  decodeTrainingState,
  encodeTrainingState,
  type FitOptions,
  fit,
  type NetworkOptions,
  onnxEngine,
  prepareTensors,
  type TrainingState,
  trainTrial,
  UnusableCheckpointError,
} from '../src/index.js'
import { CLASSES, drawImages } from './reference.js'

beforeAll(prepareTensors)

const SHAPE = [8, 8, 1] as const
const draw = (batch: number, seed: number) => drawImages({ batch, inputShape: SHAPE }, seed)

interface Training {
  readonly optimizer?: (typeof OPTIMIZERS)[number]
  readonly network?: Partial<NetworkOptions>
  readonly options?: Partial<FitOptions>
}

/** Trains in a trainer of its own; 21 images in batches of 8 leave a last one of 5. */
async function train({ optimizer = 'adam', network, options }: Training, resume?: TrainingState) {
  const model = buildCNN(
    SHAPE,
    CLASSES,
    { convLayers: [3], hiddenLayers: [4], bn: true, dropout: 0.3, ...network },
    3,
  )
  const trainer = await onnxEngine.createTrainer(model, { optimizer, batchSize: 8 })
  const states: Uint8Array[] = []
  const result = await fit(trainer, {
    ...{ lr: 0.01, lrDecay: 0.01, dropout: network?.dropout ?? 0.3, batchSize: 8, epochs: 3 },
    ...{ earlyStopping: null, seed: 5, train: draw(21, 1), validation: draw(9, 2) },
    ...options,
    resume,
    onEpoch: async (_, state) => {
      states.push(encodeTrainingState(await state()))
    },
  })
  const checkpoint = await trainer.checkpoint()
  await trainer.dispose()
  model.dispose()
  return { kept: withoutTime(result.kept), history: result.history.map(withoutTime), checkpoint, states }
}

const withoutTime = ({ durationMs: _, ...metrics }: EpochMetrics) => metrics

/** Interrupts a training after each of its epochs, resumes it in a fresh trainer, and compares it to the bit. */
async function expectSameWhereverInterrupted(training: Training) {
  const alone = await train(training)
  for (const [index, bytes] of alone.states.entries()) {
    const resumed = await train(training, decodeTrainingState(bytes))
    const { states, ...outcome } = resumed
    expect(outcome, `after epoch ${index + 1}`).toEqual({
      kept: alone.kept,
      history: alone.history,
      checkpoint: alone.checkpoint,
    })
    expect(states).toHaveLength(alone.states.length - index - 1)
  }
  return alone
}

describe('training resumed after any epoch equals training left alone, bit for bit', () => {
  for (const optimizer of OPTIMIZERS)
    it(`with ${optimizer}`, async () => {
      const { history } = await expectSameWhereverInterrupted({ optimizer })
      expect(history).toHaveLength(3)
    })

  for (const schedule of SCHEDULES)
    it(`with the schedule ${schedule}`, async () => {
      await expectSameWhereverInterrupted({ options: { schedule } })
    })

  for (const network of [{ bn: false }, { dropout: 0 }, { reg: 0.01, zeroPadding: true }])
    it(`with ${JSON.stringify(network)}`, async () => {
      await expectSameWhereverInterrupted({ network })
    })

  for (const restoreBest of [false, true])
    it(`where early stopping ends it, restoreBest ${restoreBest}`, async () => {
      const earlyStopping = { monitor: 'val_loss', patience: 2, minDelta: 0.05, restoreBest } as const
      // The rate grows the loss from some epoch on.
      const options = { earlyStopping, epochs: 12, lr: 0.05, lrDecay: 0 }
      const { history, kept } = await expectSameWhereverInterrupted({ options })
      expect(history.length).toBeLessThan(12)
      expect(history.length).toBeGreaterThan(3)
      expect(kept.epoch).toBe(restoreBest ? history.length - 2 : history.length)
    })

  it('as a whole trial, score and checkpoints included', async () => {
    const images = {
      ...{ shape: SHAPE, classNames: ['a', 'b', 'c', 'd'] },
      ...{ train: draw(21, 1), validation: draw(9, 2), test: draw(11, 3) },
    }
    const point = hyperparametersSchema.parse({
      convLayers: [3],
      hiddenLayers: [4],
      bn: true,
      epochs: 3,
      batchSize: 8,
      schedule: 'oneCycle',
      weightDecay: 0.5,
    })
    const run = async (resume?: Uint8Array) => {
      const checkpoints: Uint8Array[] = []
      const onEpoch = (_: EpochMetrics, checkpoint: Uint8Array) => void checkpoints.push(checkpoint)
      const { kept, score } = await trainTrial(onnxEngine, point, images, { seed: 4, resume, onEpoch })
      return { outcome: { kept: withoutTime(kept), score }, checkpoints }
    }
    const alone = await run()
    for (const [index, checkpoint] of alone.checkpoints.entries()) {
      const resumed = await run(checkpoint)
      expect(resumed.outcome).toEqual(alone.outcome)
      expect(resumed.checkpoints).toHaveLength(2 - index)
    }
  })
})

it('a checkpoint has a buffer of its own', async () => {
  const { states } = await train({ options: { epochs: 1 } })
  for (const bytes of states) expect(bytes.buffer.byteLength).toBe(bytes.length)
})

describe('a checkpoint is refused', () => {
  let bytes: Uint8Array
  beforeAll(async () => {
    bytes = (await train({ options: { epochs: 1 } })).states[0] ?? new Uint8Array()
  })

  it.each([
    ['of another seed', { options: { seed: 6 } }, /its seed is 5.*is 6/],
    ['of another optimizer', { optimizer: 'adamax' as const }, /layout is onnx adam,.*needs onnx adamax/],
    ['of another network', { network: { hiddenLayers: [5] } }, /its parameters is \d+,.*needs \d+/],
    ['without moving averages', { network: { bn: false, hiddenLayers: [4] } }, UnusableCheckpointError],
  ])('%s', async (_, training, message) => {
    const failure = train(training, decodeTrainingState(bytes))
    await expect(failure).rejects.toThrow(UnusableCheckpointError)
    await expect(failure).rejects.toThrow(message)
  })

  it('that is empty, foreign, cut short, or of another version', () => {
    const otherVersion = Uint8Array.from(bytes)
    otherVersion[4] = 99
    for (const [broken, message] of [
      [new Uint8Array(), /only 0 bytes/],
      [Buffer.from('{"format":"layers-model"}'), /does not begin/],
      [bytes.subarray(0, -1), /checksum/],
      [otherVersion, /version 99/],
    ] as const)
      expect(() => decodeTrainingState(broken)).toThrow(message)
  })

  it('with any one bit flipped', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 37) {
      const damaged = Uint8Array.from(bytes)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => decodeTrainingState(damaged), `bit ${bit}`).toThrow(UnusableCheckpointError)
    }
  })
})
