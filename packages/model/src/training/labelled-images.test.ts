import { describe, expect, it } from 'vitest'
import type { LabelledImages } from '../engines/engine.js'
import { chooseImages, takeImages } from './labelled-images.js'
import { type Pixels, readPixels } from './pixels.js'

const PIXELS = 3
const SIZE = 100
const bytes = Uint8Array.from({ length: SIZE * PIXELS }, (_, index) => Math.floor(index / PIXELS))
/** Sorted by class: the first half is 0, the second 1; every pixel is the number of its image. */
const makeSet = (images: Pixels = bytes): LabelledImages => ({
  size: SIZE,
  images,
  labels: Uint8Array.from({ length: SIZE }, (_, index) => (index < SIZE / 2 ? 0 : 1)),
})
const inFile: Pixels = {
  length: bytes.length,
  copyTo: (target, at, start, end) => target.set(bytes.subarray(start, end), at),
}
const read = ({ images }: LabelledImages) => [...readPixels(images, 0, images.length)]

describe('chooseImages', () => {
  it('takes images of all classes from a sorted set, each once and with its label', () => {
    const { size, labels, ...chosen } = chooseImages(makeSet(), 20, 1)
    const numbers = read({ size, labels, ...chosen }).filter((_, index) => index % PIXELS === 0)
    expect(size).toBe(20)
    expect(new Set(numbers).size).toBe(20)
    expect([...labels]).toEqual(numbers.map((number) => (number < SIZE / 2 ? 0 : 1)))
    const ones = [...labels].filter((label) => label === 1).length
    expect(ones).toBeGreaterThan(4)
    expect(ones).toBeLessThan(16)
    expect([...takeImages(makeSet(), 20).labels]).toEqual(Array(20).fill(0))
  })

  it('takes the same images for the same seed, whether they are in memory or in a file', () => {
    const chosen = read(chooseImages(makeSet(), 20, 1))
    expect(read(chooseImages(makeSet(inFile), 20, 1))).toEqual(chosen)
    expect(read(chooseImages(makeSet(), 20, 2))).not.toEqual(chosen)
  })

  it('reads a part that begins and ends within images', () => {
    const { images } = chooseImages(makeSet(inFile), 20, 1)
    const all = readPixels(images, 0, images.length)
    expect([...readPixels(images, 4, 32)]).toEqual([...all.subarray(4, 32)])
  })

  it('takes the whole set, as it is, if no fewer are wanted', () => {
    const set = makeSet()
    expect(chooseImages(set, null, 1)).toBe(set)
    expect(chooseImages(set, SIZE, 1)).toBe(set)
  })
})
