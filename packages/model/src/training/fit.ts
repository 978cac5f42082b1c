import { DEFAULT_SCHEDULE, type EpochMetrics, type Hyperparameters, type ScheduleName } from '@sweepd/core'
import type { TrainingState } from '../checkpoint/training-state.js'
import { UnusableCheckpointError } from '../checkpoint/unusable-checkpoint.js'
import type { LabelledImages, Trainer, TrainerState, TrainingStep } from '../engines/engine.js'
import { DivergedError } from './diverged-error.js'
import { EarlyStopping } from './early-stopping.js'
import { evaluate } from './evaluate.js'
import { learningRateAt } from './learning-rate.js'
import { Random } from './random.js'

export interface FitOptions
  extends Pick<Hyperparameters, 'lr' | 'lrDecay' | 'dropout' | 'batchSize' | 'epochs' | 'earlyStopping'> {
  /** Inverse-time decay by default. */
  readonly schedule?: ScheduleName | undefined
  readonly train: LabelledImages
  readonly validation: LabelledImages
  /** Draws the order of the images and the dropout masks: the same seed gives the same training, bit for bit. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Where to resume, as `onEpoch` got it from the same training; the result is the same as without the interruption. */
  readonly resume?: TrainingState | undefined
  readonly onEpoch?: EpochListener | undefined
}

/**
 * Called when an epoch has ended; training waits for it.
 * @param state returns the state after this epoch
 */
type EpochListener = (metrics: EpochMetrics, state: () => TrainingState) => Promise<void> | void

interface FitResult {
  readonly history: readonly EpochMetrics[]
  /** The epoch whose weights the trainer has now: the last, or with `restoreBest` the best. */
  readonly kept: EpochMetrics
}

/**
 * Trains for the given epochs, or until early stopping ends it.
 * @throws DivergedError when the loss or a weight is no longer a finite number, UnusableCheckpointError when `resume` is of other training,
 *   and the signal's reason within a few steps of its abort
 */
export async function fit(trainer: Trainer, options: FitOptions): Promise<FitResult> {
  const { resume, earlyStopping, seed } = options
  if (resume !== undefined) await resumeFrom(trainer, resume, seed)
  const history = [...(resume?.history ?? [])]
  const stopping = earlyStopping ? new EarlyStopping(earlyStopping, history) : undefined
  let best = resume?.best
  while (history.length < options.epochs && !stopping?.shouldStop) {
    const metrics = await runEpoch(trainer, options, history.length + 1)
    const after = await trainer.checkpoint()
    refuseNonFinite(after, metrics.epoch)
    history.push(metrics)
    const isBest = stopping?.observe(metrics)
    if (isBest && earlyStopping?.restoreBest) best = { metrics, trainer: after }
    const state = { seed, history: [...history], trainer: after, best }
    await options.onEpoch?.(metrics, () => state)
  }
  const last = history.at(-1)
  if (last === undefined) throw new RangeError('epochs is at least 1')
  if (best === undefined) return { history, kept: last }
  await trainer.restore(best.trainer)
  return { history, kept: best.metrics }
}

async function resumeFrom(trainer: Trainer, state: TrainingState, seed: number): Promise<void> {
  if (state.seed !== seed)
    throw new UnusableCheckpointError(`its seed is ${state.seed}, and this training's is ${seed}`)
  await trainer.restore(state.trainer)
}

async function runEpoch(trainer: Trainer, options: FitOptions, epoch: number): Promise<EpochMetrics> {
  const startedAt = performance.now()
  const { loss, acc } = await trainEpoch(trainer, options, epoch)
  const validation = await evaluate(trainer, options.validation)
  if (!Number.isFinite(validation.loss))
    throw new DivergedError('validation loss', validation.loss, epoch, epoch * countSteps(options))
  const durationMs = performance.now() - startedAt
  return { epoch, loss, acc, val_loss: validation.loss, val_acc: validation.acc, durationMs }
}

/** One pass over the training images in an order drawn from seed and epoch, so that any epoch can be begun afresh. */
async function trainEpoch(
  trainer: Trainer,
  options: FitOptions,
  epoch: number,
): Promise<{ loss: number; acc: number }> {
  const { train, batchSize, lr, lrDecay, seed, signal, schedule = DEFAULT_SCHEDULE } = options
  const random = new Random(seed, epoch)
  const order = random.permutation(train.size)
  const drawMask = (mask: Float32Array) => random.fillDropoutMask(mask, options.dropout)
  const stepsPerEpoch = countSteps(options)
  const stepsBefore = (epoch - 1) * stepsPerEpoch
  const steps = options.epochs * stepsPerEpoch
  const sizeOf = (step: number) => Math.min(batchSize, train.size - step * batchSize)
  function* planSteps(): Generator<TrainingStep> {
    for (let step = 0; step < stepsPerEpoch; step++) {
      signal?.throwIfAborted()
      const indices = order.subarray(step * batchSize, step * batchSize + sizeOf(step))
      yield { indices, lr: learningRateAt({ schedule, lr, lrDecay }, stepsBefore + step, steps), drawMask }
    }
  }
  let [loss, correct, step] = [0, 0, 0]
  for await (const result of trainer.train(train, planSteps())) {
    loss += result.loss * sizeOf(step)
    correct += result.correct
    step++
    if (!Number.isFinite(result.loss)) throw new DivergedError('loss', result.loss, epoch, stepsBefore + step)
  }
  return { loss: loss / train.size, acc: correct / train.size }
}

/** Optimizer steps of one epoch; the last batch may be a smaller one. */
export const countSteps = ({ train, batchSize }: Pick<FitOptions, 'train' | 'batchSize'>): number =>
  Math.ceil(train.size / batchSize)

/**
 * A loss can stay finite over weights that are not: a saturated activation hides an infinity, and batch normalisation
 * infinite statistics. Such a network predicts nothing, and training cannot bring it back.
 */
function refuseNonFinite({ parameters, moving, steps }: TrainerState, epoch: number): void {
  for (const vector of [parameters, moving])
    for (const weight of vector)
      if (!Number.isFinite(weight)) throw new DivergedError('weight', weight, epoch, steps)
}
