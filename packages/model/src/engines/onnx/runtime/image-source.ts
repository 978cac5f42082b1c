import { gatherImages } from '../../../training/labelled-images.js'
import type { LabelledImages } from '../../engine.js'
import { tensorNames } from '../training-step/training-graph.js'
import * as ort from './onnxruntime.js'
import type { NamedTensors } from './vectors.js'

export type ImageBytes = Pick<LabelledImages, 'images' | 'size'>

/** Where graphs get their images from. */
export interface ImageSource {
  /** Whether the whole set lies on the device, and graphs are told places in it instead of bytes. */
  isResident(set: ImageBytes): boolean
  /**
   * The inputs of a graph for the images at these places.
   * @param shape of the places; their product is how many
   */
  feed(set: ImageBytes, indices: Uint32Array, shape: readonly number[]): Promise<NamedTensors>
  /** Frees what it holds on the device. */
  dispose(): void
}

/** Bytes from the machine's memory, batch by batch. */
export const hostImages: ImageSource = {
  isResident: () => false,
  async feed(set, indices, shape) {
    const bytes = gatherImages(set, indices)
    const pixels = set.images.length / set.size
    return { [tensorNames.images]: new ort.Tensor('uint8', bytes, [...shape, pixels]) }
  },
  dispose() {},
}
