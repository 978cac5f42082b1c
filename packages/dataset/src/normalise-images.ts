import type { ImageSet } from './image-dataset.js'

/** channelsLast: `[size, height, width, channels]`; channelsFirst: `[size, channels, height, width]`. */
export type ImageLayout = 'channelsLast' | 'channelsFirst'

/** Size of each image in pixels. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** value / 255 in single precision, the very numbers of the seed's `astype('float32') / 255`. */
const SCALED = Float32Array.from({ length: 256 }, (_, value) => value / 255)

/**
 * All pixels of the set as numbers in [0, 1], in the layout asked for (channels last by default).
 * An `ImageDataset` serves as the shape.
 * @throws RangeError if the set does not hold `size` images of this shape.
 */
export function normaliseImages(
  set: ImageSet,
  shape: ImageShape,
  options: { layout?: ImageLayout | undefined } = {},
): Float32Array {
  const { height, width, channels } = shape
  if (set.images.length !== set.size * height * width * channels)
    throw new RangeError(
      `${set.images.length} bytes are not ${set.size} images of ${height}×${width}×${channels}`,
    )
  // With one channel both layouts are the same numbers in the same order.
  if (channels === 1 || options.layout !== 'channelsFirst') return scale(set.images)
  return scaleChannelsFirst(set, height * width, channels)
}

function scale(images: Uint8Array): Float32Array {
  const scaled = new Float32Array(images.length)
  for (let index = 0; index < images.length; index++) scaled[index] = SCALED[images[index] ?? 0] ?? 0
  return scaled
}

function scaleChannelsFirst(set: ImageSet, area: number, channels: number): Float32Array {
  const scaled = new Float32Array(set.images.length)
  let target = 0
  for (let image = 0; image < set.size; image++)
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < area; pixel++)
        scaled[target++] = SCALED[set.images[(image * area + pixel) * channels + channel] ?? 0] ?? 0
  return scaled
}
