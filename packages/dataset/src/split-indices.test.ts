import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitIndices } from './split-indices.js'

/** As `indices.astype('<u4').tobytes()` in Python. */
const hash = (indices: Uint32Array) => {
  const bytes = Buffer.alloc(indices.length * 4)
  for (const [position, index] of indices.entries()) bytes.writeUInt32LE(index, position * 4)
  return createHash('sha256').update(bytes).digest('hex')
}

describe('splitIndices', () => {
  it('is the split of the seed: scikit-learn 1.9.1, train_test_split(arange(60000), train_size=5/6, random_state=2019)', () => {
    const { train, validation } = splitIndices(60_000, 10_000, 2019)
    expect([...train.subarray(0, 4)]).toEqual([45948, 36746, 26339, 1881])
    expect([...validation.subarray(0, 4)]).toEqual([35648, 37395, 50679, 11081])
    expect(hash(train)).toBe('c931d126a7fe3c2e41b46fcf39adceeb4c5ae988145ae8b12fa5cb5b7c8d74c7')
    expect(hash(validation)).toBe('3dade0d6974b4cf3190793192137b5c2c13e42414adb61bb97748a89a5079e7b')
  })

  it('puts every index into exactly one part, for any sizes and seed', () => {
    const sizes = fc.nat(300).chain((count) => fc.tuple(fc.constant(count), fc.nat(count)))
    fc.assert(
      fc.property(sizes, fc.nat(), ([count, validationCount], seed) => {
        const { train, validation } = splitIndices(count, validationCount, seed)
        expect(validation.length).toBe(validationCount)
        const all = [...train, ...validation].sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: count }, (_, index) => index))
      }),
    )
  })
})
