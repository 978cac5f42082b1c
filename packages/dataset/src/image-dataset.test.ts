import { describe, expect, it } from 'vitest'
import { selectImages } from './image-dataset.js'

const set = { size: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(7, 8, 9) }

describe('selectImages', () => {
  it('copies the chosen images with their labels in the order asked for', () => {
    const selected = selectImages(set, Uint32Array.of(2, 0))
    expect(selected).toEqual({ size: 2, images: Uint8Array.of(5, 6, 1, 2), labels: Uint8Array.of(9, 7) })
  })
})
