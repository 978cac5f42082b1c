import { describe, expect, it } from 'vitest'
import { createCounterRandom } from '../random/counter-random.js'
import { factorise, invert, solveLower, solveUpper } from './cholesky.js'

const SIZE = 7

/** A Aᵀ + I of random numbers. */
function positiveDefinite(seed: number): Float64Array {
  const random = createCounterRandom(seed)
  const a = Array.from({ length: SIZE }, () => Array.from({ length: SIZE }, () => random.uniform() - 0.5))
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const [row, column] = [Math.floor(at / SIZE), at % SIZE]
    const product = a[row]?.reduce((sum, value, k) => sum + value * (a[column]?.[k] ?? 0), 0) ?? 0
    return product + (row === column ? 1 : 0)
  })
}

const multiply = (matrix: Float64Array, vector: Float64Array): Float64Array =>
  vector.map((_, row) => vector.reduce((sum, value, k) => sum + (matrix[row * SIZE + k] ?? 0) * value, 0))

describe('the Cholesky factor', () => {
  it('solves equations of its matrix, and inverts it', () => {
    const matrix = positiveDefinite(3)
    const factor = factorise(matrix, SIZE)
    if (factor === undefined) throw new Error('no factor')
    const vector = Float64Array.from({ length: SIZE }, (_, index) => index - 2.5)
    const solution = solveUpper(factor, solveLower(factor, vector))
    const again = multiply(matrix, solution)
    for (const [index, value] of again.entries()) expect(value).toBeCloseTo(vector[index] ?? Number.NaN, 10)
    const inverse = invert(factor)
    for (let row = 0; row < SIZE; row++) {
      const unit = new Float64Array(SIZE)
      unit[row] = 1
      const column = solveUpper(factor, solveLower(factor, unit))
      for (let k = 0; k <= row; k++) expect(inverse[row * SIZE + k]).toBeCloseTo(column[k] ?? Number.NaN, 10)
    }
  })

  it('is found for a matrix that rounding has made singular, but not for an indefinite one', () => {
    expect(factorise(Float64Array.from([1, 1, 1, 1]), 2)?.lower[0]).toBeCloseTo(1)
    expect(factorise(Float64Array.from([1, 0, 0, -1]), 2)).toBeUndefined()
  })
})
