import sharp from 'sharp'

/** Pixels of one picture: `[height, width, channels]`, 0 to 255. */
export interface Picture {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly pixels: Uint8Array
}

/**
 * A picture as PNG: grey, RGB or RGB with alpha. Two channels have no picture of their own; they are shown side by side,
 * in grey.
 */
export async function encodePng(picture: Picture): Promise<Buffer> {
  const { height, width, channels, pixels } = picture.channels === 2 ? besideEachOther(picture) : picture
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new RangeError(`a picture has 1 to 4 channels, not ${channels}`)
  return sharp(pixels, { raw: { height, width, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer()
}

/** Both channels in grey, the first on the left. */
export function besideEachOther({ height, width, pixels }: Picture): Picture {
  const joined = new Uint8Array(pixels.length)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < 2; channel++)
        joined[(row * 2 + channel) * width + column] = pixels[(row * width + column) * 2 + channel] ?? 0
  return { height, width: 2 * width, channels: 1, pixels: joined }
}
