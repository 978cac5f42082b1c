import { describe, expect, it } from 'vitest'
import { selectImages, takeImages } from './image-dataset.js'

const set = { size: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(7, 8, 9) }

describe('takeImages', () => {
  it('gives the first images with their labels, on the same memory', () => {
    const taken = takeImages(set, 2)
    expect(taken).toEqual({ size: 2, images: Uint8Array.of(1, 2, 3, 4), labels: Uint8Array.of(7, 8) })
    expect(taken.images.buffer).toBe(set.images.buffer)
  })

  it.each([0, 4, 1.5, Number.NaN])('refuses to take %s of 3 and says what would do', (count) => {
    expect(() => takeImages(set, count)).toThrow(/from 1 to 3/)
  })
})

describe('selectImages', () => {
  it('copies the chosen images with their labels in the order asked for', () => {
    const selected = selectImages(set, Uint32Array.of(2, 0))
    expect(selected).toEqual({ size: 2, images: Uint8Array.of(5, 6, 1, 2), labels: Uint8Array.of(9, 7) })
  })
})
