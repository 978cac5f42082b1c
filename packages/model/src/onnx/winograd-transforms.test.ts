import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MAX_TAPS, OUTPUTS, winogradTransforms } from './winograd-transforms.js'

const apply = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0))

it('the transforms compute what the definition of a filter does', () => {
  const numbers = (length: number) =>
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length })
  const cases = fc
    .integer({ min: 2, max: MAX_TAPS })
    .chain((taps) => fc.tuple(fc.constant(taps), numbers(taps), numbers(taps + 1)))
  fc.assert(
    fc.property(cases, ([taps, filter, pixels]) => {
      const { input, kernel, output } = winogradTransforms(taps)
      const [a, b] = [apply(kernel, filter), apply(input, pixels)]
      const actual = apply(
        output,
        a.map((value, index) => value * (b[index] ?? 0)),
      )
      for (let place = 0; place < OUTPUTS; place++) {
        const expected = filter.reduce((sum, tap, index) => sum + tap * (pixels[place + index] ?? 0), 0)
        expect(actual[place]).toBeCloseTo(expected, 9)
      }
    }),
  )
})
