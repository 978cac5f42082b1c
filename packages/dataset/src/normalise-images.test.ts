import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseImages } from './normalise-images.js'

const side = fc.integer({ min: 1, max: 4 })
const sets = fc
  .record({ size: side, height: side, width: side, channels: side })
  .chain(({ size, ...shape }) => {
    const length = size * shape.height * shape.width * shape.channels
    const images = fc.uint8Array({ minLength: length, maxLength: length })
    return images.map((bytes) => ({ shape, set: { size, images: bytes, labels: new Uint8Array(size) } }))
  })

describe('normaliseImages', () => {
  it('gives every pixel as value / 255 in [0, 1], in the order of the bytes', () => {
    fc.assert(
      fc.property(sets, ({ set, shape }) => {
        const scaled = normaliseImages(set, shape)
        expect([...scaled]).toEqual(Array.from(set.images, (value) => Math.fround(value / 255)))
        expect(scaled.every((value) => value >= 0 && value <= 1)).toBe(true)
      }),
    )
  })

  it('moves pixel [image, y, x, channel] to [image, channel, y, x] with channels first', () => {
    fc.assert(
      fc.property(sets, fc.nat(), ({ set, shape }, pick) => {
        const { height, width, channels } = shape
        const index = pick % set.images.length
        const channel = index % channels
        const x = Math.floor(index / channels) % width
        const y = Math.floor(index / channels / width) % height
        const image = Math.floor(index / channels / width / height)
        const first = normaliseImages(set, shape, { layout: 'channelsFirst' })
        const last = normaliseImages(set, shape, { layout: 'channelsLast' })
        expect(first[((image * channels + channel) * height + y) * width + x]).toBe(last[index])
      }),
    )
  })

  it('refuses a shape that does not fit the bytes', () => {
    const set = { size: 1, images: new Uint8Array(5), labels: new Uint8Array(1) }
    expect(() => normaliseImages(set, { height: 2, width: 2, channels: 1 })).toThrow(/1 images of 2×2×1/)
  })
})
