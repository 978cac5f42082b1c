import type { EpochMetrics, Hyperparameters, Score } from '@sweepd/core'
import { buildCNN } from './build-cnn.js'
import type { Engine, LabelledImages } from './engine.js'
import { createScore, evaluate } from './evaluate.js'
import { fit } from './fit.js'
import { prepareTensors } from './tensors.js'

/** The images that a trial needs, with the names of their classes. */
export interface TrialImages {
  /** `[height, width, channels]` */
  readonly shape: readonly [height: number, width: number, channels: number]
  readonly classNames: readonly string[]
  readonly train: LabelledImages
  readonly validation: LabelledImages
  readonly test: LabelledImages
}

export interface TrialOptions {
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  readonly onEpoch?: ((metrics: EpochMetrics) => Promise<void> | void) | undefined
}

/** What is left of a trial when it is over. */
export interface TrialOutcome {
  readonly kept: EpochMetrics
  readonly score: Score
}

/**
 * Builds, trains and scores the network of one point.
 * @throws DivergedError, UnsupportedLayerError, or the signal's reason
 */
export async function trainTrial(
  engine: Engine,
  hyperparameters: Hyperparameters,
  images: TrialImages,
  { seed, signal, onEpoch }: TrialOptions,
): Promise<TrialOutcome> {
  await prepareTensors()
  const model = buildCNN(images.shape, images.classNames.length, hyperparameters, seed)
  try {
    const trainer = await engine.createTrainer(model, hyperparameters)
    try {
      const train = takeFirst(images.train, hyperparameters.trainSize)
      const { kept } = await fit(trainer, {
        ...hyperparameters,
        train,
        validation: images.validation,
        seed,
        signal,
        onEpoch,
      })
      const evaluation = await evaluate(trainer, images.test)
      return { kept, score: createScore(evaluation, images.test, images.classNames) }
    } finally {
      await trainer.dispose()
    }
  } finally {
    model.dispose()
  }
}

function takeFirst(set: LabelledImages, count: number | null): LabelledImages {
  if (count === null || count >= set.size) return set
  const pixels = set.images.length / set.size
  return {
    size: count,
    images: set.images.subarray(0, count * pixels),
    labels: set.labels.subarray(0, count),
  }
}
