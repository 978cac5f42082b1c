/** Symmetric matrices of doubles, row by row; only the lower triangle is read. */
export interface Factor {
  readonly size: number
  /** The lower triangular factor, row by row. */
  readonly lower: Float64Array
}

/** Noise that is added to the diagonal, as a share of it, if rounding has made a matrix indefinite. */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2]

/** The Cholesky factor of a positive definite matrix of `size` rows; undefined if it is none, whatever is added. */
export function factorise(matrix: Float64Array, size: number): Factor | undefined {
  for (const jitter of JITTERS) {
    const lower = factoriseOnce(matrix, size, jitter)
    if (lower !== undefined) return { size, lower }
  }
  return undefined
}

function factoriseOnce(matrix: Float64Array, size: number, jitter: number): Float64Array | undefined {
  const lower = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    const start = row * size
    for (let column = 0; column <= row; column++) {
      const other = column * size
      let sum = matrix[start + column] as number
      if (row === column) sum *= 1 + jitter
      for (let k = 0; k < column; k++) sum -= (lower[start + k] as number) * (lower[other + k] as number)
      if (row === column) {
        if (!(sum > 0)) return undefined
        lower[start + row] = Math.sqrt(sum)
      } else lower[start + column] = sum / (lower[other + column] as number)
    }
  }
  return lower
}

/** L⁻¹ b */
export function solveLower({ size, lower }: Factor, right: Float64Array): Float64Array {
  const solution = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    let sum = right[row] as number
    const start = row * size
    for (let k = 0; k < row; k++) sum -= (lower[start + k] as number) * (solution[k] as number)
    solution[row] = sum / (lower[start + row] as number)
  }
  return solution
}

/** L⁻ᵀ b */
export function solveUpper({ size, lower }: Factor, right: Float64Array): Float64Array {
  const solution = Float64Array.from(right)
  for (let row = size - 1; row >= 0; row--) {
    const start = row * size
    const value = (solution[row] as number) / (lower[start + row] as number)
    solution[row] = value
    for (let k = 0; k < row; k++) solution[k] = (solution[k] as number) - (lower[start + k] as number) * value
  }
  return solution
}

/** (L Lᵀ)⁻¹, of which only the lower triangle is filled. */
export function invert({ size, lower }: Factor): Float64Array {
  // Row j of `inverse` holds column j of L⁻¹, so that both loops run along rows.
  const inverse = new Float64Array(size * size)
  for (let column = 0; column < size; column++) {
    const start = column * size
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0
      const other = row * size
      for (let k = column; k < row; k++) sum -= (lower[other + k] as number) * (inverse[start + k] as number)
      inverse[start + row] = sum / (lower[other + row] as number)
    }
  }
  const product = new Float64Array(size * size)
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = 0
      for (let k = row; k < size; k++)
        sum += (inverse[row * size + k] as number) * (inverse[column * size + k] as number)
      product[row * size + column] = sum
    }
  return product
}
