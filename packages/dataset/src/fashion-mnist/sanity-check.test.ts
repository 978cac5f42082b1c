import { describe, expect, it } from 'vitest'
import { checkSanity, FaultyDataError } from './sanity-check.js'

const labelFile = { content: 'labels', shape: [20] } as const
const imageFile = { content: 'images', shape: [3, 2, 2] } as const
const twiceEach = () => Uint8Array.from({ length: 20 }, (_, index) => index % 10)

describe('checkSanity', () => {
  it('accepts labels with every class equally often', () => {
    expect(() => checkSanity({ shape: [20], data: twiceEach() }, labelFile)).not.toThrow()
  })

  it('names the first label out of range', () => {
    const data = twiceEach().fill(10, 4, 5)
    expect(() => checkSanity({ shape: [20], data }, labelFile)).toThrow(/label 4 is 10, not one of 0 to 9/)
  })

  it('names a class that is missing or has another count', () => {
    const data = twiceEach().map((label) => (label === 0 ? 9 : label))
    expect(() => checkSanity({ shape: [20], data }, labelFile)).toThrow(
      /class 0 \(T-shirt\/top\) has 0 images, not 2/,
    )
  })

  it('names the first blank image', () => {
    const data = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 2, 2, 2, 2)
    expect(() => checkSanity({ shape: [3, 2, 2], data }, imageFile)).toThrow(/image 1 is missing/)
  })

  it('accepts images that are dark but for one pixel', () => {
    const data = Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0)
    expect(() => checkSanity({ shape: [3, 2, 2], data }, imageFile)).not.toThrow()
  })

  it('refuses other sizes', () => {
    const array = { shape: [2, 2, 2], data: new Uint8Array(8).fill(1) }
    expect(() => checkSanity(array, imageFile)).toThrow(FaultyDataError)
    expect(() => checkSanity(array, imageFile)).toThrow(/its size is \[2, 2, 2\], not \[3, 2, 2\]/)
  })
})
