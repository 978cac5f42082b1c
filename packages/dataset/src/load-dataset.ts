import type { DatasetName } from '@sweepd/core'
import type { DatasetLocation, LoadOptions } from './dataset-location.js'
import { loadFashionMnist } from './fashion-mnist/load-fashion-mnist.js'
import type { ImageDataset } from './image-dataset.js'
import { createSynthetic } from './synthetic/create-synthetic.js'

/**
 * The whole data set in memory, checked and split; the same images in the same order every time.
 * Fashion-MNIST takes a second or two of one core and keeps 55 MB; its files are downloaded (31 MB) if none are
 * at hand.
 * @throws DatasetError naming the file and the remedy; the signal's reason on abort.
 */
export async function loadDataset(
  name: DatasetName,
  location: DatasetLocation,
  options: LoadOptions = {},
): Promise<ImageDataset> {
  options.signal?.throwIfAborted()
  switch (name) {
    case 'fashion-mnist':
      return loadFashionMnist(location, options)
    case 'synthetic':
      return createSynthetic()
  }
}
