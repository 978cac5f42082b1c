import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hasWinogradTransforms, winogradTransforms } from './winograd-transforms.js'

const apply = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0))

it('the transforms compute what the definition of a filter does', () => {
  const numbers = (length: number) =>
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length })
  const sizes = [2, 3, 4].flatMap((outputs) =>
    [2, 3, 4, 5]
      .filter((taps) => hasWinogradTransforms(outputs, taps))
      .map((taps) => [outputs, taps] as const),
  )
  expect(sizes).toHaveLength(9)
  const cases = fc
    .constantFrom(...sizes)
    .chain(([outputs, taps]) => fc.tuple(fc.constant(outputs), numbers(taps), numbers(outputs + taps - 1)))
  fc.assert(
    fc.property(cases, ([outputs, filter, pixels]) => {
      const { input, kernel, output } = winogradTransforms(outputs, filter.length)
      const [a, b] = [apply(kernel, filter), apply(input, pixels)]
      const actual = apply(
        output,
        a.map((value, index) => value * (b[index] ?? 0)),
      )
      expect(actual).toHaveLength(outputs)
      for (let place = 0; place < outputs; place++) {
        const expected = filter.reduce((sum, tap, index) => sum + tap * (pixels[place + index] ?? 0), 0)
        expect(actual[place]).toBeCloseTo(expected, 9)
      }
    }),
  )
})
