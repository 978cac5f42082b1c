import type { DatasetContent } from '../resources/dataset.js'

/** The data sets that come with sweepd. */
export const DATASET_NAMES = ['fashion-mnist', 'synthetic'] as const
/** A data set that comes with sweepd. */
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

/** What is known of each built-in data set without loading it. */
export const DATASET_FACTS: Readonly<Record<DatasetName, DatasetFacts>> = {
  'fashion-mnist': { ...GREY_28, trainSize: 50_000, validationSize: 10_000, testSize: 10_000 },
  synthetic: { ...GREY_28, trainSize: 12_000, validationSize: 2_000, testSize: 2_000 },
}

/** Whether a sweep asks for a data set that comes with sweepd; else it is one that a person has added. */
export const isBuiltIn = (dataset: string): dataset is DatasetName =>
  (DATASET_NAMES as readonly string[]).includes(dataset)

/** A data set of one's own as a sweep names it; without a version it is the newest. */
export interface DatasetReference {
  readonly name: string
  readonly version: number | undefined
}

const REFERENCE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?:@([1-9]\d{0,8}))?$/

/** `letters` or `letters@2` as name and version; undefined if the text is neither. */
export function parseDatasetReference(text: string): DatasetReference | undefined {
  const [, name, version] = REFERENCE.exec(text) ?? []
  return name === undefined
    ? undefined
    : { name, version: version === undefined ? undefined : Number(version) }
}

/** How a data set of one's own is written where its version matters. */
export const formatDatasetReference = (name: string, version: number): string => `${name}@${version}`

/** The facts of a data set of one's own, by what is stored beside it. */
export function factsOf({ height, width, channels, classNames, splits }: DatasetContent): DatasetFacts {
  return {
    imageHeight: height,
    imageWidth: width,
    channels,
    classes: classNames.length,
    trainSize: splits.train.images,
    validationSize: splits.validation.images,
    testSize: splits.test.images,
  }
}
