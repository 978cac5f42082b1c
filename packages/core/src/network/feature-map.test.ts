import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findShrinkage } from './feature-map.js'

/** The last pixel of every window that fits, by sliding it: no formula to share with the code under test. */
function slide(side: number, window: number, step: number): number {
  let count = 0
  for (let start = 0; start + window <= side; start += step) count++
  return count
}

function survives(side: number, kernel: number, stride: number, isPadded: boolean, layers: number): boolean {
  let pixels = side
  for (let layer = 0; layer < layers; layer++) {
    const padded = isPadded ? 1 + pixels + 1 : pixels
    pixels = slide(slide(padded, kernel, stride), 2, 2)
  }
  return pixels > 0
}

const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 64 }))
const side = fc.integer({ min: 1, max: 70 })

describe('findShrinkage', () => {
  it('finds a reason exactly where sliding every window leaves no pixel', () => {
    fc.assert(
      fc.property(
        fc.tuple(side, side),
        fc.tuple(size, size),
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
        fc.boolean(),
        fc.integer({ min: 1, max: 6 }),
        ([height, width], kernel, stride, zeroPadding, layers) => {
          const shape = { kernel, stride, zeroPadding, convLayers: Array<number>(layers).fill(8) }
          const expected =
            survives(height, kernel[0], stride[0], zeroPadding, layers) &&
            survives(width, kernel[1], stride[1], zeroPadding, layers)
          expect(findShrinkage(shape, height, width) === undefined).toBe(expected)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['3×3 with stride 1', { kernel: 3, stride: 1 }],
    ['3×3 with stride 2', { kernel: 3, stride: 2 }],
    ['4×4 with stride 1', { kernel: 4, stride: 1 }],
    ['4×4 with stride 2', { kernel: 4, stride: 2 }],
  ])('lets the seed’s two layers of %s be built on 28×28 pixels', (_, { kernel, stride }) => {
    expect(
      findShrinkage({ kernel, stride, zeroPadding: false, convLayers: [32, 64] }, 28, 28),
    ).toBeUndefined()
  })

  it('says which layer, and whether kernel or pooling is the cause', () => {
    const shape = { kernel: 3, stride: 2, zeroPadding: false, convLayers: [32, 64, 128] }
    expect(findShrinkage(shape, 28, 28)).toBe(
      'convolution layer 2 gets 1×1 pixels, fewer than its kernel of 3×3 needs',
    )
    expect(findShrinkage({ ...shape, zeroPadding: true }, 28, 28)).toBe(
      'convolution layer 2 gets 2×2 pixels (4×4 with zero padding) and leaves 1×1, ' +
        'which 2×2 max pooling shrinks below one pixel',
    )
    expect(findShrinkage({ ...shape, kernel: [1, 30] }, 28, 28)).toBe(
      'convolution layer 0 gets 28×28 pixels, fewer than its kernel of 1×30 needs',
    )
  })
})
