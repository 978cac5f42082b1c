import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { importOptionsSchema } from '../import-options.js'
import { decodePicture } from './decode-picture.js'

const PLAIN = importOptionsSchema.parse({})
const [HEIGHT, WIDTH] = [10, 12]

const greyPixels = Uint8Array.from({ length: HEIGHT * WIDTH }, (_, index) => (index * 37) % 256)
const rgbPixels = Uint8Array.from({ length: HEIGHT * WIDTH * 3 }, (_, index) => (index * 61) % 256)
/** Smooth, so that lossy formats keep it nearly. */
const smoothPixels = Uint8Array.from(
  { length: HEIGHT * WIDTH * 3 },
  (_, index) => 60 + 30 * (index % 3) + Math.floor(index / 36) * 4,
)

const rgb = (pixels = rgbPixels) => sharp(pixels, { raw: { height: HEIGHT, width: WIDTH, channels: 3 } })
const grey = () => sharp(greyPixels, { raw: { height: HEIGHT, width: WIDTH, channels: 1 } })
const decode = (bytes: Buffer, options = PLAIN) => decodePicture('pets/cat/1.png', bytes, options)

/** The largest difference of two images. */
const distance = (a: Uint8Array, b: Uint8Array) => {
  expect(a.length).toBe(b.length)
  return a.reduce((max, value, index) => Math.max(max, Math.abs(value - (b[index] ?? 0))), 0)
}

describe('decodePicture', () => {
  it('reads grey as one channel and colours as three, to the bit', async () => {
    const one = await decode(await grey().toColourspace('b-w').png().toBuffer())
    expect(one).toMatchObject({ height: HEIGHT, width: WIDTH, channels: 1 })
    expect(Uint8Array.from(one.pixels)).toEqual(greyPixels)
    const three = await decode(await rgb().png().toBuffer())
    expect(three.channels).toBe(3)
    expect(Uint8Array.from(three.pixels)).toEqual(rgbPixels)
  })

  it('reads an interlaced PNG like a plain one, though by another decoder', async () => {
    const plain = await decode(await rgb().png().toBuffer())
    const interlaced = await decode(await rgb().png({ progressive: true }).toBuffer())
    expect(Uint8Array.from(interlaced.pixels)).toEqual(plain.pixels)
  })

  it('keeps one channel of a picture in RGB that has no colour', async () => {
    const bytes = await grey().toColourspace('srgb').png().toBuffer()
    expect(await decode(bytes)).toMatchObject({ channels: 1, pixels: greyPixels })
  })

  it('reads 16 bits by their upper eight', async () => {
    const deep = Uint16Array.from(greyPixels, (value) => value * 257)
    const bytes = await sharp(deep, { raw: { height: HEIGHT, width: WIDTH, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer()
    expect((await sharp(bytes).metadata()).depth).toBe('ushort')
    const { pixels, channels } = await decode(bytes)
    expect(channels).toBe(1)
    expect(distance(pixels, greyPixels)).toBe(0)
  })

  it('reads palettes', async () => {
    const twoColours = Uint8Array.from(
      { length: HEIGHT * WIDTH * 3 },
      (_, index) => (Math.floor(index / 3) % 2 === 0 ? 200 : 20) + (index % 3),
    )
    const bytes = await rgb(twoColours).png({ palette: true, colours: 2, dither: 0 }).toBuffer()
    expect((await sharp(bytes).metadata()).isPalette).toBe(true)
    expect(distance((await decode(bytes)).pixels, twoColours)).toBeLessThanOrEqual(1)
  })

  it('puts transparency on white', async () => {
    const pixels = Uint8Array.from({ length: HEIGHT * WIDTH * 4 }, (_, index) =>
      index % 4 === 3 ? (index < 240 ? 0 : 255) : 10,
    )
    const bytes = await sharp(pixels, { raw: { height: HEIGHT, width: WIDTH, channels: 4 } })
      .png()
      .toBuffer()
    const { pixels: decoded, channels } = await decode(bytes)
    expect(channels).toBe(1)
    expect([decoded[0], decoded.at(-1)]).toEqual([255, 10])
  })

  it('turns a photograph as its EXIF says', async () => {
    const bytes = await rgb(smoothPixels).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()
    const { height, width, pixels } = await decode(bytes)
    expect([height, width]).toEqual([WIDTH, HEIGHT])
    // Turned clockwise: the upper left corner was the lower left one.
    const lowerLeft = smoothPixels.subarray((HEIGHT - 1) * WIDTH * 3)
    expect(distance(pixels.subarray(0, 3), lowerLeft.subarray(0, 3))).toBeLessThan(5)
  })

  it('reads CMYK as colours', async () => {
    const bytes = await rgb(smoothPixels).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    const { pixels, channels } = await decode(bytes)
    expect(channels).toBe(3)
    expect(distance(pixels, smoothPixels)).toBeLessThan(30)
  })

  it('reads WebP and GIF', async () => {
    expect(distance((await decode(await rgb().webp({ lossless: true }).toBuffer())).pixels, rgbPixels)).toBe(
      0,
    )
    const { height, width } = await decode(await rgb().gif().toBuffer())
    expect([height, width]).toEqual([HEIGHT, WIDTH])
  })

  it.each([
    ['24 bits, bottom up', 24, 1],
    ['24 bits, top down', 24, -1],
    ['32 bits', 32, 1],
    ['8 bits with a palette', 8, 1],
  ] as const)('reads BMP of %s', async (_, depth, direction) => {
    const pixels = depth === 8 ? greyPixels : rgbPixels
    const decoded = await decode(makeBmp(pixels, depth, direction))
    expect(decoded).toMatchObject({ height: HEIGHT, width: WIDTH, channels: depth === 8 ? 1 : 3 })
    expect(distance(decoded.pixels, pixels)).toBe(0)
  })

  it('resizes by stretching, cropping or padding', async () => {
    const bytes = await rgb(new Uint8Array(rgbPixels.length).fill(200)).png().toBuffer()
    for (const mode of ['fit', 'crop', 'pad'] as const) {
      const options = importOptionsSchema.parse({ resize: { height: 16, width: 8, mode } })
      const { height, width, pixels } = await decode(bytes, options)
      expect([height, width]).toEqual([16, 8])
      expect(pixels[0]).toBe(mode === 'pad' ? 0 : 200)
    }
  })

  it('makes colours grey by Rec. 601 if asked', async () => {
    const pixels = Uint8Array.from({ length: HEIGHT * WIDTH * 3 }, (_, index) => [255, 0, 0][index % 3] ?? 0)
    const { channels, pixels: decoded } = await decode(
      await rgb(pixels).png().toBuffer(),
      importOptionsSchema.parse({ grey: true }),
    )
    expect(channels).toBe(1)
    expect(decoded[0]).toBe(76)
  })

  it.each([
    ['a plain PNG', () => grey().toColourspace('b-w').png().toBuffer()],
    ['a PNG of sharp', () => rgb().png({ progressive: true }).toBuffer()],
    ['a JPEG', () => rgb().jpeg().toBuffer()],
    ['a WebP', () => rgb().webp().toBuffer()],
    ['a GIF', () => rgb().gif().toBuffer()],
    ['a BMP', async () => makeBmp(rgbPixels, 24, 1)],
  ])('names %s that is truncated', async (_, make) => {
    const bytes = await make()
    await expect(decode(bytes.subarray(0, Math.floor(bytes.length * 0.6)))).rejects.toThrow(
      /^pets\/cat\/1\.png: it is/,
    )
  })

  it('names a PNG with one wrong byte, a text and an empty file', async () => {
    const bytes = await grey().toColourspace('b-w').png().toBuffer()
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 0xff
    await expect(decode(bytes)).rejects.toThrow(/1\.png: it is a damaged PNG/)
    for (const text of ['not a picture', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'])
      await expect(decode(Buffer.from(text))).rejects.toThrow(/1\.png: it is no PNG, JPEG, WebP, GIF or BMP/)
    await expect(decode(Buffer.alloc(0))).rejects.toThrow(/1\.png: it is empty/)
  })

  it('names the size of a picture that is too large or too small, and unpacks no bomb', async () => {
    const bomb = makePng(30_000, 30_000, deflateSync(Buffer.alloc(30_000 * 1000)))
    await expect(decode(bomb)).rejects.toThrow(
      /its size is 30000×30000 pixels; a side may have 8 to 256\. Add --resize/,
    )
    const small = await sharp(Buffer.alloc(49), { raw: { height: 7, width: 7, channels: 1 } })
      .png()
      .toBuffer()
    await expect(decode(small)).rejects.toThrow(/its size is 7×7 pixels/)
    const bmp = makeBmp(rgbPixels, 24, 1)
    bmp.writeInt32LE(1_000_000, 18)
    await expect(decode(bmp)).rejects.toThrow(/its size is 10×1000000 pixels/)
    await expect(
      decode(bomb, importOptionsSchema.parse({ resize: { height: 8, width: 8, mode: 'fit' } })),
    ).rejects.toThrow(/30000×30000/)
  })
})

/** A PNG of eight bits of grey, without checksums. */
function makePng(height: number, width: number, packed: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const chunk = (name: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)])
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', packed),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A BMP of RGB, or of grey by a palette. */
function makeBmp(pixels: Uint8Array, depth: 8 | 24 | 32, direction: 1 | -1): Buffer {
  const palette =
    depth === 8
      ? Buffer.from(Uint8Array.from({ length: 1024 }, (_, index) => (index % 4 === 3 ? 0 : index >> 2)))
      : Buffer.alloc(0)
  const stride = Math.ceil((WIDTH * depth) / 32) * 4
  const header = Buffer.alloc(54)
  header.write('BM', 'latin1')
  header.writeUInt32LE(54 + palette.length + stride * HEIGHT, 2)
  header.writeUInt32LE(54 + palette.length, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(WIDTH, 18)
  header.writeInt32LE(HEIGHT * direction, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(depth, 28)
  header.writeUInt32LE(stride * HEIGHT, 34)
  const data = Buffer.alloc(stride * HEIGHT)
  const channels = depth === 8 ? 1 : 3
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let channel = 0; channel < channels; channel++) {
        const row = direction === 1 ? HEIGHT - 1 - y : y
        data[row * stride + (x * depth) / 8 + channels - 1 - channel] =
          pixels[(y * WIDTH + x) * channels + channel] ?? 0
      }
  return Buffer.concat([header, palette, data])
}
