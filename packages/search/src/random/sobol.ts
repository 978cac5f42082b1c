import { createCounterRandom } from './counter-random.js'

const BITS = 32

/**
 * Degree, coefficients and first direction numbers of each dimension after the first: the table new-joe-kuo-6 of
 * Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008).
 */
const JOE_KUO: readonly (readonly [coefficients: number, ...directions: number[]])[] = [
  [0, 1],
  [1, 1, 3],
  [1, 1, 3, 1],
  [2, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [4, 1, 3, 5, 13],
  [2, 1, 1, 5, 5, 17],
  [4, 1, 1, 5, 5, 5],
  [7, 1, 1, 7, 11, 19],
  [11, 1, 1, 5, 1, 1],
  [13, 1, 1, 1, 3, 11],
  [14, 1, 3, 5, 5, 31],
  [1, 1, 3, 3, 9, 7, 49],
  [13, 1, 1, 1, 15, 21, 21],
  [16, 1, 3, 1, 13, 27, 49],
  [19, 1, 1, 1, 15, 7, 5],
  [22, 1, 3, 1, 15, 13, 25],
  [25, 1, 1, 5, 5, 19, 61],
  [1, 1, 3, 7, 11, 23, 15, 103],
  [4, 1, 3, 7, 13, 13, 15, 69],
  [7, 1, 1, 3, 13, 7, 35, 63],
  [8, 1, 3, 5, 9, 1, 25, 53],
  [14, 1, 3, 1, 13, 9, 35, 107],
  [19, 1, 3, 1, 5, 27, 61, 31],
  [21, 1, 1, 5, 11, 19, 41, 61],
  [28, 1, 3, 5, 3, 3, 13, 69],
  [31, 1, 1, 7, 13, 1, 19, 1],
  [32, 1, 3, 7, 5, 13, 19, 59],
  [37, 1, 1, 3, 9, 25, 29, 41],
  [41, 1, 3, 5, 13, 23, 1, 55],
  [42, 1, 3, 7, 3, 13, 59, 17],
  [50, 1, 3, 1, 3, 5, 53, 69],
  [55, 1, 1, 5, 5, 23, 33, 13],
  [56, 1, 1, 7, 7, 1, 61, 123],
  [59, 1, 1, 7, 9, 13, 61, 49],
  [62, 1, 3, 3, 5, 3, 55, 33],
  [14, 1, 3, 1, 15, 31, 13, 49, 245],
  [21, 1, 3, 5, 15, 31, 59, 63, 97],
  [22, 1, 3, 1, 11, 11, 11, 77, 249],
]

/** The most axes that our Sobol sequence supports. */
export const MAX_SOBOL_DIMENSIONS = JOE_KUO.length + 1

/** The points of one scrambled Sobol sequence, by index: no state, so that trial n has point n whoever asks. */
export interface SobolSequence {
  /** Point `index` (from 0 to 2³² − 1): a number in (0, 1) for each dimension. */
  pointAt(index: number): number[]
}

/**
 * A Sobol sequence, scrambled by a random lower triangular matrix and a digital shift for each dimension (Matoušek
 * 1998), which keeps its evenness and removes its regular patterns. Any 2^k points from a multiple of 2^k on have
 * exactly one in each of 2^k equal slices of every axis.
 * @throws RangeError for more than MAX_SOBOL_DIMENSIONS dimensions
 */
export function createSobolSequence(dimensions: number, seed: number): SobolSequence {
  if (dimensions > MAX_SOBOL_DIMENSIONS)
    throw new RangeError(`a Sobol sequence has at most ${MAX_SOBOL_DIMENSIONS} axes, not ${dimensions}`)
  const scrambled = Array.from({ length: dimensions }, (_, dimension) => scramble(dimension, seed))
  return {
    pointAt: (index) =>
      scrambled.map(({ columns, shift }) => {
        let bits = shift
        for (let bit = 0, rest = index; rest > 0; bit++, rest = Math.floor(rest / 2))
          if (rest % 2 === 1) bits ^= columns[bit] ?? 0
        return ((bits >>> 0) + 0.5) / 2 ** BITS
      }),
  }
}

interface ScrambledDimension {
  /** What bit k of an index contributes, most significant digit first. */
  readonly columns: Uint32Array
  readonly shift: number
}

function scramble(dimension: number, seed: number): ScrambledDimension {
  const random = createCounterRandom(seed, dimension, 0x50b01)
  const word = () => Math.floor(random.uniform() * 2 ** BITS)
  // Row r of the matrix gives output digit r from the input digits up to r; its diagonal is 1.
  const rows = Array.from({ length: BITS }, (_, row) => {
    const diagonal = 2 ** (BITS - 1 - row)
    const above = row === 0 ? 0 : (0xffffffff << (BITS - row)) >>> 0
    return ((word() & above) | diagonal) >>> 0
  })
  const multiply = (column: number) =>
    rows.reduce((product, row, index) => product | (parity(row & column) << (BITS - 1 - index)), 0) >>> 0
  return { columns: directionNumbers(dimension).map(multiply), shift: word() }
}

/** The columns of a dimension's generator matrix, by the recurrence of Bratley and Fox (1988). */
function directionNumbers(dimension: number): Uint32Array {
  const numbers = new Uint32Array(BITS)
  const row = JOE_KUO[dimension - 1]
  if (row === undefined) return numbers.map((_, bit) => 2 ** (BITS - 1 - bit))
  const [coefficients, ...starts] = row
  const degree = starts.length
  for (let bit = 0; bit < BITS; bit++) {
    const start = starts[bit]
    if (start !== undefined) {
      numbers[bit] = (start << (BITS - 1 - bit)) >>> 0
      continue
    }
    const first = numbers[bit - degree] ?? 0
    let number = first ^ (first >>> degree)
    for (let term = 1; term < degree; term++)
      if ((coefficients >>> (degree - 1 - term)) & 1) number ^= numbers[bit - term] ?? 0
    numbers[bit] = number >>> 0
  }
  return numbers
}

function parity(bits: number): number {
  let folded = bits ^ (bits >>> 16)
  folded ^= folded >>> 8
  folded ^= folded >>> 4
  folded ^= folded >>> 2
  return (folded ^ (folded >>> 1)) & 1
}
