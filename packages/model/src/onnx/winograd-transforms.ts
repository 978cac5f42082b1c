/** Computing two outputs of a filter with `r` taps from r + 1 inputs takes r + 1 multiplications instead of 2r. */
export const OUTPUTS = 2

/** Matrices such that outputs = output · ((kernel · taps) ∘ (input · pixels)), all in one dimension. */
export interface WinogradTransforms {
  /** `[r + 1, r + 1]` */
  readonly input: readonly (readonly number[])[]
  /** `[r + 1, r]` */
  readonly kernel: readonly (readonly number[])[]
  /** `[2, r + 1]` */
  readonly output: readonly (readonly number[])[]
}

/** Where the polynomials are evaluated, besides infinity; small numbers keep rounding small. */
const POINTS = [0, 1, -1, 2, -2]

export const MAX_TAPS = POINTS.length

/**
 * F(2, r) of Winograd 1980 by the construction of Toom and Cook, in the notation of Lavin and Gray 2015,
 * https://arxiv.org/abs/1509.09308: outputs are the values of a product of polynomials at r points and at infinity.
 * @param taps r, from 2 to `MAX_TAPS`
 */
export function winogradTransforms(taps: number): WinogradTransforms {
  const points = POINTS.slice(0, taps)
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, power) => point ** power)
  const infinity = (count: number) =>
    Array.from({ length: count }, (_, index) => (index === count - 1 ? 1 : 0))
  const scale = (point: number) =>
    without(points, point).reduce((product, other) => product * (point - other), 1)
  return {
    input: [...points.map((point) => expand(without(points, point), taps + 1)), expand(points, taps + 1)],
    kernel: [...points.map((point) => powers(point, taps).map((p) => p / scale(point))), infinity(taps)],
    output: Array.from({ length: OUTPUTS }, (_, row) => [
      ...points.map((point) => point ** row),
      row === OUTPUTS - 1 ? 1 : 0,
    ]),
  }
}

/** A transform of rows by one matrix and of columns by another: their Kronecker product. */
export function kronecker(
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
): number[][] {
  return rows.flatMap((outer) => columns.map((inner) => outer.flatMap((a) => inner.map((b) => a * b))))
}

const without = (points: readonly number[], point: number): number[] =>
  points.filter((other) => other !== point)

/** Coefficients of ∏ (x − root), lowest power first, filled up with zeros to `length`. */
function expand(roots: readonly number[], length: number): number[] {
  let product = [1]
  for (const root of roots)
    product = [0, ...product].map((value, power) => value - root * (product[power] ?? 0))
  return Array.from({ length }, (_, power) => product[power] ?? 0)
}
