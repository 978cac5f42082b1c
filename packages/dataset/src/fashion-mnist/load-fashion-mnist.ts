import { DATASET_FACTS } from '@sweepd/core'
import type { DatasetLocation, LoadOptions } from '../dataset-location.js'
import { type ImageDataset, type ImageSet, selectImages } from '../image-dataset.js'
import { splitIndices } from '../split-indices.js'
import { findImageFolder } from './find-image-folder.js'
import {
  FASHION_MNIST_LABELS,
  type FashionMnistOrigin,
  OFFICIAL_ORIGIN,
  type OfficialFile,
} from './official-files.js'
import { readOfficialFile } from './read-official-file.js'

/** The seed's `random_state`, and its share of the official training images: one sixth. */
const SPLIT_SEED = 2019
const VALIDATION_DIVISOR = 6

/**
 * Fashion-MNIST, found or downloaded, checked, and split as the seed notebook splits it.
 * @throws DatasetError naming the file and the remedy; the signal's reason on abort.
 */
export async function loadFashionMnist(
  location: DatasetLocation,
  options: LoadOptions,
  origin: FashionMnistOrigin = OFFICIAL_ORIGIN,
): Promise<ImageDataset> {
  const folder = await findImageFolder(location, origin, options)
  options.onProgress?.(`reading Fashion-MNIST from ${folder.path}`)
  const read = async (file: OfficialFile) => {
    options.signal?.throwIfAborted()
    return (await readOfficialFile(folder, file, options.signal)).data
  }
  const { trainImages, trainLabels, testImages, testLabels } = origin.files
  const official = joinImages(await read(trainImages), await read(trainLabels))
  const test = joinImages(await read(testImages), await read(testLabels))
  const split = splitIndices(official.size, official.size / VALIDATION_DIVISOR, SPLIT_SEED)
  const { imageHeight: height, imageWidth: width, channels } = DATASET_FACTS['fashion-mnist']
  return {
    name: 'fashion-mnist',
    labels: FASHION_MNIST_LABELS,
    height,
    width,
    channels,
    train: selectImages(official, split.train),
    validation: selectImages(official, split.validation),
    test,
  }
}

const joinImages = (images: Uint8Array, labels: Uint8Array): ImageSet => ({
  size: labels.length,
  images,
  labels,
})
