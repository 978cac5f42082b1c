import sharp from 'sharp'
import type { CompleteImportOptions } from '../import-options.js'

/** Pixels `[height, width, channels]`. */
export interface Pixels {
  readonly pixels: Uint8Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Names of our ways to resize in sharp. */
const FITS = { fit: 'fill', crop: 'cover', pad: 'contain' } as const

/** Resizes and greys an image of an array as the options ask; otherwise it is returned as it is. */
export async function fitPixels(image: Pixels, { resize, grey }: CompleteImportOptions): Promise<Pixels> {
  const { height, width, channels } = image
  const isFitting = !resize || (resize.height === height && resize.width === width)
  const fitted = isFitting ? image : await resizeChannels(image, resize)
  return grey && channels >= 3 ? toGrey(fitted) : fitted
}

/** The options of sharp's `resize`. */
export const resizeOptions = ({ height, width, mode }: NonNullable<CompleteImportOptions['resize']>) =>
  ({ height, width, fit: FITS[mode], background: '#000' }) as const

/** Channel by channel, because sharp takes a second or fourth channel for transparency. */
async function resizeChannels(
  image: Pixels,
  resize: NonNullable<CompleteImportOptions['resize']>,
): Promise<Pixels> {
  const { pixels, height, width, channels } = image
  const target = new Uint8Array(resize.height * resize.width * channels)
  for (let channel = 0; channel < channels; channel++) {
    const plane = Uint8Array.from(
      { length: height * width },
      (_, pixel) => pixels[pixel * channels + channel] ?? 0,
    )
    const resized = await sharp(plane, { raw: { height, width, channels: 1 } })
      .resize(resizeOptions(resize))
      .extractChannel(0)
      .raw()
      .toBuffer()
    for (const [pixel, value] of resized.entries()) target[pixel * channels + channel] = value
  }
  return { pixels: target, height: resize.height, width: resize.width, channels }
}

/** One channel by the luma of Rec. 601; a fourth channel is dropped. */
export function toGrey({ pixels, height, width, channels }: Pixels): Pixels {
  const target = new Uint8Array(height * width)
  for (let pixel = 0, offset = 0; pixel < target.length; pixel++, offset += channels) {
    const red = pixels[offset] ?? 0
    const green = pixels[offset + 1] ?? 0
    const blue = pixels[offset + 2] ?? 0
    target[pixel] = Math.round((299 * red + 587 * green + 114 * blue) / 1000)
  }
  return { pixels: target, height, width, channels: 1 }
}

/** One channel instead of three equal ones; images with a colour are returned as they are. */
export function dropEqualChannels(image: Pixels): Pixels {
  const { pixels, height, width, channels } = image
  if (channels !== 3) return image
  for (let offset = 0; offset < pixels.length; offset += 3)
    if (pixels[offset] !== pixels[offset + 1] || pixels[offset] !== pixels[offset + 2]) return image
  const target = new Uint8Array(height * width)
  for (let pixel = 0; pixel < target.length; pixel++) target[pixel] = pixels[pixel * 3] ?? 0
  return { pixels: target, height, width, channels: 1 }
}
