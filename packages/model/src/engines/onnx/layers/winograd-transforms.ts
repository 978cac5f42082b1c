/**
 * Matrices such that outputs = output · ((kernel · taps) ∘ (input · pixels)), all in one dimension: m outputs of a filter
 * with r taps, from n = m + r − 1 pixels, take n multiplications instead of m × r.
 */
interface WinogradTransforms {
  /** `[n, n]` */
  readonly input: readonly (readonly number[])[]
  /** `[n, r]` */
  readonly kernel: readonly (readonly number[])[]
  /** `[m, n]` */
  readonly output: readonly (readonly number[])[]
}

/** Where the polynomials are evaluated, besides infinity; small numbers keep rounding small. */
const POINTS = [0, 1, -1, 2, -2]

/** Whether there are points enough for so many outputs of a filter with so many taps. */
export const hasWinogradTransforms = (outputs: number, taps: number): boolean =>
  taps >= 2 && outputs + taps - 2 <= POINTS.length

/**
 * F(m, r) of Winograd 1980 by the construction of Toom and Cook, in the notation of Lavin and Gray 2015,
 * https://arxiv.org/abs/1509.09308: outputs are the values of a product of polynomials at n − 1 points and at infinity.
 * @param outputs m
 * @param taps r
 */
export function winogradTransforms(outputs: number, taps: number): WinogradTransforms {
  const pixels = outputs + taps - 1
  const points = POINTS.slice(0, pixels - 1)
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, power) => point ** power)
  const infinity = (count: number) =>
    Array.from({ length: count }, (_, index) => (index === count - 1 ? 1 : 0))
  const scale = (point: number) =>
    without(points, point).reduce((product, other) => product * (point - other), 1)
  return {
    input: [...points.map((point) => expand(without(points, point), pixels)), expand(points, pixels)],
    kernel: [...points.map((point) => powers(point, taps).map((p) => p / scale(point))), infinity(taps)],
    output: Array.from({ length: outputs }, (_, row) => [
      ...points.map((point) => point ** row),
      row === outputs - 1 ? 1 : 0,
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
