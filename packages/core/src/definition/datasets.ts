/** The data sets that a sweep can train on. */
export const DATASET_NAMES = ['fashion-mnist', 'synthetic'] as const
/** A data set that a sweep can train on. */
export type DatasetName = (typeof DATASET_NAMES)[number]

/** What must be known of a data set before anything is loaded: image size in pixels and counts of images. */
export interface DatasetFacts {
  readonly imageHeight: number
  readonly imageWidth: number
  readonly channels: number
  readonly classes: number
  readonly trainSize: number
  readonly validationSize: number
  readonly testSize: number
}

const GREY_28 = { imageHeight: 28, imageWidth: 28, channels: 1, classes: 10 } as const

/** What is known of each data set without loading it. */
export const DATASET_FACTS: Readonly<Record<DatasetName, DatasetFacts>> = {
  'fashion-mnist': { ...GREY_28, trainSize: 50_000, validationSize: 10_000, testSize: 10_000 },
  synthetic: { ...GREY_28, trainSize: 12_000, validationSize: 2_000, testSize: 2_000 },
}
