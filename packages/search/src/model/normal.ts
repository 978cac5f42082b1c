/** Functions of the standard normal distribution, to about 1e-15 relative, in tails as well. */

const SQRT_2 = Math.SQRT2
const SQRT_PI = Math.sqrt(Math.PI)
/** ln √(2π) */
export const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI)

/**
 * e^(x²) · erfc(x), which stays finite where erfc underflows. A series for small x, Lentz' continued fraction from 2
 * on (Abramowitz and Stegun, 7.1.6 and 7.1.14).
 */
export function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x)
  if (x < 2) return Math.exp(x * x) - scaledErf(x)
  return continuedErfcx(x)
}

/** e^(x²) · erf(x) by a series whose terms are all positive. */
function scaledErf(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; term > sum * 1e-17 && n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / SQRT_PI) * sum
}

function continuedErfcx(x: number): number {
  let fraction = 0
  for (let n = x < 4 ? 80 : 30; n > 0; n--) fraction = n / 2 / (x + fraction)
  return 1 / (SQRT_PI * (x + fraction))
}

function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (x < 2) return 1 - Math.exp(-x * x) * scaledErf(x)
  return Math.exp(-x * x) * continuedErfcx(x)
}

/** P(Z ≤ z). */
export const normalCdf = (z: number): number => 0.5 * erfc(-z / SQRT_2)

/** ln P(Z ≤ z), finite far into the lower tail. */
export function logNormalCdf(z: number): number {
  if (z > -1) return Math.log1p(-0.5 * erfc(z / SQRT_2))
  return Math.log(0.5 * erfcx(-z / SQRT_2)) - 0.5 * z * z
}

/** ln P(a < Z ≤ b) for a < b, computed in the tail where it keeps its digits. */
export function logNormalMass(a: number, b: number): number {
  if (a > 0) return logNormalMass(-b, -a)
  if (b > 0) return Math.log1p(-normalCdf(a) - normalCdf(-b))
  const upper = logNormalCdf(b)
  return upper + Math.log1p(-Math.exp(logNormalCdf(a) - upper))
}

/** The z with P(Z ≤ z) = p, for p in (0, 1): a rational start (Acklam 2003) and one Halley step to full precision. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  const start = p < 0.02425 ? lowerTail(Math.sqrt(-2 * Math.log(p))) : centre(p - 0.5)
  const error = (normalCdf(start) - p) * Math.exp(0.5 * start * start + LOG_SQRT_2PI)
  return start - error / (1 + 0.5 * start * error)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

function lowerTail(q: number): number {
  const upper = [
    -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ]
  const lower = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  return polynomial(upper, q) / polynomial(lower, q)
}

function centre(q: number): number {
  const upper = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ]
  const lower = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ]
  return (q * polynomial(upper, q * q)) / polynomial(lower, q * q)
}
