import type { LabelledImages } from './engine.js'

/** Copies the images and labels at these places of a set, one after the other. */
export function gatherBatch({ images, labels, size }: LabelledImages, indices: Uint32Array): LabelledImages {
  const pixels = images.length / size
  const batch = {
    size: indices.length,
    images: new Uint8Array(indices.length * pixels),
    labels: new Uint8Array(indices.length),
  }
  for (const [place, index] of indices.entries()) {
    batch.images.set(images.subarray(index * pixels, (index + 1) * pixels), place * pixels)
    batch.labels[place] = labels[index] as number
  }
  return batch
}
