/** Functions of the standard normal distribution, to about 1e-15 relative, in tails as well. */

const SQRT_2 = Math.SQRT2
const SQRT_PI = Math.sqrt(Math.PI)
/** ln √(2π) */
export const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI)

/**
 * Rational approximations of erf and of e^(x²) erfc(x), numerator and denominator from the highest power down: Cody,
 * "Rational Chebyshev approximations for the error function" (1969).
 */
const SMALL = {
  upper: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  lower: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
}
const MIDDLE = {
  upper: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  lower: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
}
const LARGE = {
  upper: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    0.0006587491615298378,
  ],
  lower: [
    1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
  ],
}
const SMALL_UP_TO = 0.46875

/** e^(x²) · erfc(x), which stays finite where erfc underflows. */
export function erfcx(x: number): number {
  if (x < -SMALL_UP_TO) return 2 * Math.exp(x * x) - erfcx(-x)
  if (x <= SMALL_UP_TO) return Math.exp(x * x) * (1 - smallErf(x))
  if (x <= 4) return polynomial(MIDDLE.upper, x) / polynomial(MIDDLE.lower, x)
  const inverse = 1 / (x * x)
  return (1 / SQRT_PI - (inverse * polynomial(LARGE.upper, inverse)) / polynomial(LARGE.lower, inverse)) / x
}

const smallErf = (x: number): number => (x * polynomial(SMALL.upper, x * x)) / polynomial(SMALL.lower, x * x)

function erfc(x: number): number {
  if (x < -SMALL_UP_TO) return 2 - erfc(-x)
  return x <= SMALL_UP_TO ? 1 - smallErf(x) : Math.exp(-x * x) * erfcx(x)
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

/** By Horner's rule, from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let index = 0; index < coefficients.length; index++) sum = sum * x + (coefficients[index] as number)
  return sum
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
