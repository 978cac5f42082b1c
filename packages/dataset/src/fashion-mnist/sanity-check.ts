import type { IdxArray } from '../idx.js'
import { FASHION_MNIST_LABELS, type OfficialFile } from './official-files.js'

/** Data that is not what Fashion-MNIST must be; the message says in what, and knows no file name. */
export class FaultyDataError extends Error {
  override readonly name = 'FaultyDataError'
}

/**
 * The seed's sanity check of one file: sizes and counts, label range, every class equally often, no missing values.
 * @throws FaultyDataError
 */
export function checkSanity(array: IdxArray, file: Pick<OfficialFile, 'content' | 'shape'>): void {
  if (array.shape.join() !== file.shape.join())
    throw new FaultyDataError(`its size is [${array.shape.join(', ')}], not [${file.shape.join(', ')}]`)
  if (file.content === 'labels') checkLabels(array.data)
  else checkImages(array.data, array.data.length / (file.shape[0] ?? 1))
}

function checkLabels(labels: Uint8Array): void {
  const classes = FASHION_MNIST_LABELS.length
  const counts = new Uint32Array(classes)
  for (const [index, label] of labels.entries()) {
    if (label >= classes)
      throw new FaultyDataError(`label ${index} is ${label}, not one of 0 to ${classes - 1}`)
    counts[label] = (counts[label] ?? 0) + 1
  }
  const expected = labels.length / classes
  for (const [label, count] of counts.entries())
    if (count !== expected)
      throw new FaultyDataError(
        `class ${label} (${FASHION_MNIST_LABELS[label]}) has ${count} images, not ${expected}`,
      )
}

function checkImages(images: Uint8Array, pixels: number): void {
  for (let start = 0; start < images.length; start += pixels)
    if (images.subarray(start, start + pixels).every((value) => value === 0))
      throw new FaultyDataError(`image ${start / pixels} is missing: all its pixels are 0`)
}
