import type { EpochMetrics, Hyperparameters, Score } from '@sweepd/core'
import { decodeTrainingState, encodeTrainingState } from '../checkpoint/training-state-format.js'
import type { Engine, LabelledImages } from '../engines/engine.js'
import { type LayersModelFiles, writeLayersModel } from '../export/save-layers-model.js'
import { buildCNN } from '../network/build-cnn.js'
import { prepareTensors } from '../network/tensors.js'
import { DivergedError } from './diverged-error.js'
import { createScore, evaluate } from './evaluate.js'
import { countSteps, fit } from './fit.js'
import { chooseImages, takeImages } from './labelled-images.js'

/** The images that a trial needs, with the names of their classes. */
export interface TrialImages {
  /** `[height, width, channels]` */
  readonly shape: readonly [height: number, width: number, channels: number]
  readonly classNames: readonly string[]
  readonly train: LabelledImages
  readonly validation: LabelledImages
  readonly test: LabelledImages
  /**
   * What a trial on some of the images takes: the first ones, of sets whose order was drawn already, or those that its
   * seed chooses. The first ones unless given.
   */
  readonly selection?: 'first' | 'by seed' | undefined
}

export interface TrialOptions {
  readonly seed: number
  /** Epochs are scored on so many validation images; all unless given. */
  readonly validationSize?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** A checkpoint of an earlier attempt at the same trial, on an engine of the same kind: training resumes from it. */
  readonly resume?: Uint8Array | undefined
  /** The trained network is wanted, too. */
  readonly withModel?: boolean | undefined
  /** Called when an epoch has ended, with the checkpoint after it; training waits until it settles. */
  readonly onEpoch?: ((metrics: EpochMetrics, checkpoint: Uint8Array) => Promise<void> | void) | undefined
}

/** What is left of a trial when it is over. */
export interface TrialOutcome {
  readonly kept: EpochMetrics
  readonly score: Score
  /** The network with the weights that were scored, if it was wanted. */
  readonly model?: LayersModelFiles | undefined
}

/**
 * Builds, trains and scores the network of one point.
 * @throws DivergedError, UnsupportedLayerError, UnusableCheckpointError, or the signal's reason
 */
export async function trainTrial(
  engine: Engine,
  hyperparameters: Hyperparameters,
  images: TrialImages,
  { seed, validationSize, signal, resume, withModel, onEpoch }: TrialOptions,
): Promise<TrialOutcome> {
  const state = resume && decodeTrainingState(resume)
  await prepareTensors()
  const model = buildCNN(images.shape, images.classNames.length, hyperparameters, seed)
  try {
    const trainer = await engine.createTrainer(model, hyperparameters)
    try {
      const take = (set: LabelledImages, count: number | null) =>
        images.selection === 'by seed' ? chooseImages(set, count, seed) : takeImages(set, count)
      const train = take(images.train, hyperparameters.trainSize)
      const { kept } = await fit(trainer, {
        ...hyperparameters,
        train,
        validation: take(images.validation, validationSize ?? null),
        seed,
        signal,
        resume: state,
        onEpoch: onEpoch && ((metrics, getState) => onEpoch(metrics, encodeTrainingState(getState()))),
      })
      const evaluation = await evaluate(trainer, images.test)
      if (!Number.isFinite(evaluation.loss))
        throw new DivergedError(
          'test loss',
          evaluation.loss,
          kept.epoch,
          kept.epoch * countSteps({ ...hyperparameters, train }),
        )
      const score = createScore(evaluation, images.test, images.classNames)
      if (!withModel) return { kept, score }
      await trainer.writeBack()
      return { kept, score, model: await writeLayersModel(model) }
    } finally {
      await trainer.dispose()
    }
  } finally {
    model.dispose()
  }
}
