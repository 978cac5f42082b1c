import type { LabelledImages } from '../engines/engine.js'
import { copyPixels, firstPixels, pickPixels } from './pixels.js'
import { Random } from './random.js'

/** Copies the images and labels at these places of a set, one after the other. */
export const gatherBatch = (set: LabelledImages, indices: Uint32Array) => ({
  size: indices.length,
  images: gatherImages(set, indices),
  labels: Uint16Array.from(indices, (index) => set.labels[index] as number),
})

/** Copies the images at these places, one after the other. */
export function gatherImages(
  { images, size }: Pick<LabelledImages, 'images' | 'size'>,
  indices: Uint32Array,
): Uint8Array {
  const pixels = images.length / size
  const gathered = new Uint8Array(indices.length * pixels)
  for (const [place, index] of indices.entries())
    copyPixels(images, gathered, place * pixels, index * pixels, (index + 1) * pixels)
  return gathered
}

/** The first `count` images as a view on the same memory; all of them for null or if there are no more. */
export function takeImages(set: LabelledImages, count: number | null): LabelledImages {
  if (count === null || count >= set.size) return set
  const pixels = set.images.length / set.size
  return {
    size: count,
    images: firstPixels(set.images, count * pixels),
    labels: set.labels.subarray(0, count),
  }
}

/** The stream of random numbers that chooses images; those of the epochs count from 1. */
const CHOICE = 0

/**
 * `count` images chosen by a seed, in the order of the set; all of them for null or if there are no more. The first ones
 * of a set that is sorted, as by its class, would be one-sided.
 */
export function chooseImages(set: LabelledImages, count: number | null, seed: number): LabelledImages {
  if (count === null || count >= set.size) return set
  const places = new Random(seed, CHOICE).permutation(set.size).slice(0, count).sort()
  return {
    size: count,
    images:
      set.images instanceof Uint8Array
        ? gatherImages(set, places)
        : pickPixels(set.images, places, set.images.length / set.size),
    labels: Uint16Array.from(places, (place) => set.labels[place] as number),
  }
}
