import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIdx, IdxFormatError, parseIdx } from './idx.js'

const arrays = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((product, side) => product * side, 1)
  return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ shape, data }))
})

describe('idx', () => {
  it('gives back what was written, for any shape', () => {
    fc.assert(
      fc.property(arrays, (array) => {
        expect(parseIdx(formatIdx(array))).toEqual(array)
      }),
    )
  })

  it('reads the bytes that the MNIST page describes', () => {
    const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9)
    expect(parseIdx(bytes)).toEqual({ shape: [1, 3], data: Uint8Array.of(7, 8, 9) })
  })

  it('refuses every truncation and says that it is one', () => {
    fc.assert(
      fc.property(arrays, fc.nat(), (array, cut) => {
        const bytes = formatIdx(array)
        const kept = 4 + (cut % (bytes.length - 4))
        expect(() => parseIdx(bytes.subarray(0, kept))).toThrow(/truncated/)
      }),
    )
  })

  it('refuses bytes after the data', () => {
    const bytes = [...formatIdx({ shape: [1], data: Uint8Array.of(1) }), 0]
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(/10 bytes, more than the 9/)
  })

  it('refuses another magic number and shows it', () => {
    expect(() => parseIdx(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 0))).toThrow(IdxFormatError)
    expect(() => parseIdx(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 0))).toThrow(/00 00 0d 01/)
    expect(() => parseIdx(new Uint8Array())).toThrow(/missing/)
  })

  it('refuses to write data that does not fill the shape', () => {
    expect(() => formatIdx({ shape: [2, 2], data: new Uint8Array(3) })).toThrow(RangeError)
  })
})
