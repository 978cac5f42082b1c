import type { DatasetName } from '@sweepd/core'

/** Images in pixel values 0–255 with their classes. */
export interface ImageSet {
  /** Count of images. */
  readonly size: number
  /** `[size, height, width, channels]`. */
  readonly images: Uint8Array
  /** `[size]`: class numbers, indices into the data set's `labels`. */
  readonly labels: Uint8Array
}

/** A data set in its three parts; sizes are in pixels. */
export interface ImageDataset {
  readonly name: DatasetName
  /** Names of the classes, by class number. */
  readonly labels: readonly string[]
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly train: ImageSet
  /** Guides training and the choice among trials. */
  readonly validation: ImageSet
  /** Scores finished trials, and nothing else. */
  readonly test: ImageSet
}

/** The images with these numbers, in this order, as a copy. */
export function selectImages(set: ImageSet, indices: Uint32Array): ImageSet {
  const pixels = set.images.length / set.size
  const images = new Uint8Array(indices.length * pixels)
  const labels = new Uint8Array(indices.length)
  for (const [position, index] of indices.entries()) {
    images.set(set.images.subarray(index * pixels, (index + 1) * pixels), position * pixels)
    labels[position] = set.labels[index] ?? 0
  }
  return { size: indices.length, images, labels }
}
