import { type Factor, factorise, invert, solveLower, solveUpper } from './cholesky.js'
import { type Evaluation, minimise } from './minimise.js'

const SQRT_5 = Math.sqrt(5)
/** Noise variance that is always there, so that matrices stay invertible. */
const LEAST_NOISE = 1e-6
const FIT = { low: -20, high: 12, iterations: 60, tolerance: 1e-3 }

/** The parameters of a kernel; the objective has variance 1. */
interface Kernel {
  /** Inverse squared length scale of each axis. */
  readonly weights: Float64Array
  /** Variance of the function. */
  readonly scale: number
  /** Variance of what is added to it in an observation. */
  readonly noise: number
}

/** What a Gaussian process says of the function at a point. */
export interface Prediction {
  readonly mean: number
  readonly variance: number
}

/** Points as vectors; two values on an axis of choices are equal or not, however far apart their numbers are. */
export interface Observations {
  readonly points: readonly Float64Array[]
  readonly values: Float64Array
  readonly isChoice: readonly boolean[]
}

/**
 * The kernel that explains the observations best: Matérn 5/2 with a length scale for each axis, by maximum a posteriori
 * with the priors of Optuna's GP sampler. Of several starts the best end counts.
 */
export function fitKernel(observations: Observations): Kernel {
  const axes = observations.isChoice.length
  const ends = [0, Math.log(9)].map((start) => {
    const parameters = new Float64Array(axes + 2).fill(start)
    parameters[axes] = 0
    parameters[axes + 1] = start === 0 ? 0 : -4
    return minimise((at) => evaluateFit(at, observations), parameters, FIT)
  })
  return toKernel(ends.reduce((best, end) => (end.value < best.value ? end : best)).point)
}

/** A Gaussian process given observations. */
export class GaussianProcess {
  private readonly factor: Factor
  private readonly solved: Float64Array

  constructor(
    private readonly observations: Observations,
    private readonly kernel: Kernel,
  ) {
    const { points, values } = observations
    const covariance = points.flatMap((point) => [...this.covariances(point)])
    for (const index of points.keys()) covariance[index * (points.length + 1)] = kernel.scale + kernel.noise
    const factor = factorise(Float64Array.from(covariance), points.length)
    if (factor === undefined) throw new RangeError('the covariance of these points is not positive definite')
    this.factor = factor
    this.solved = solveUpper(factor, solveLower(factor, values))
  }

  predict(point: Float64Array): Prediction {
    const covariances = this.covariances(point)
    const half = solveLower(this.factor, covariances)
    return { mean: dot(covariances, this.solved), variance: this.varianceOf(half) }
  }

  /** The prediction, and the derivatives of mean and variance by each coordinate; 0 by choices. */
  predictWithGradient(point: Float64Array): Prediction & { means: Float64Array; variances: Float64Array } {
    const { points, isChoice } = this.observations
    const covariances = this.covariances(point)
    const half = solveLower(this.factor, covariances)
    const full = solveUpper(this.factor, half)
    const means = new Float64Array(point.length)
    const variances = new Float64Array(point.length)
    for (const [index, other] of points.entries()) {
      const slope = this.kernel.scale * maternSlope(this.distanceTo(point, other))
      for (let axis = 0; axis < point.length; axis++) {
        if (isChoice[axis]) continue
        const change =
          2 *
          slope *
          (this.kernel.weights[axis] as number) *
          ((point[axis] as number) - (other[axis] as number))
        means[axis] = (means[axis] as number) + change * (this.solved[index] as number)
        variances[axis] = (variances[axis] as number) - 2 * change * (full[index] as number)
      }
    }
    return { mean: dot(covariances, this.solved), variance: this.varianceOf(half), means, variances }
  }

  private varianceOf(half: Float64Array): number {
    return Math.max(this.kernel.scale - dot(half, half), 1e-12)
  }

  /** Loops instead of callbacks: most of the time of a suggestion goes here. */
  private covariances(point: Float64Array): Float64Array {
    const { points } = this.observations
    const covariances = new Float64Array(points.length)
    for (let index = 0; index < points.length; index++)
      covariances[index] = this.kernel.scale * matern(this.distanceTo(point, points[index] as Float64Array))
    return covariances
  }

  private distanceTo(point: Float64Array, other: Float64Array): number {
    const { weights } = this.kernel
    let sum = 0
    for (let axis = 0; axis < point.length; axis++)
      sum += (weights[axis] as number) * squaredDistance(point, other, axis, this.observations.isChoice)
    return sum
  }
}

const toKernel = (parameters: Float64Array): Kernel => ({
  weights: parameters.slice(0, -2).map(Math.exp),
  scale: Math.exp(parameters.at(-2) as number),
  noise: Math.exp(parameters.at(-1) as number) + LEAST_NOISE,
})

function squaredDistance(
  a: Float64Array,
  b: Float64Array,
  axis: number,
  isChoice: readonly boolean[],
): number {
  const difference = (a[axis] as number) - (b[axis] as number)
  if (isChoice[axis]) return difference === 0 ? 0 : 1
  return difference * difference
}

/** Matérn 5/2 of a squared distance. */
function matern(squared: number): number {
  const root = SQRT_5 * Math.sqrt(squared)
  return (1 + root + (5 / 3) * squared) * Math.exp(-root)
}

/** Its derivative by the squared distance, which has no singularity at 0. */
function maternSlope(squared: number): number {
  const root = SQRT_5 * Math.sqrt(squared)
  return (-5 / 6) * (1 + root) * Math.exp(-root)
}

/** Minus the logarithm of the posterior density of a kernel, whose parameters are given as logarithms. */
export function evaluateFit(
  parameters: Float64Array,
  { points, values, isChoice }: Observations,
): Evaluation {
  const { weights, scale, noise } = toKernel(parameters)
  const size = points.length
  const distances = new Float64Array(size * size)
  const covariance = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const [a, b] = [points[row] as Float64Array, points[column] as Float64Array]
      let sum = 0
      for (let axis = 0; axis < weights.length; axis++)
        sum += (weights[axis] as number) * squaredDistance(a, b, axis, isChoice)
      distances[row * size + column] = sum
      covariance[row * size + column] = scale * matern(sum)
    }
    covariance[row * size + row] = scale + noise
  }
  const factor = factorise(covariance, size)
  if (factor === undefined) return { value: Number.POSITIVE_INFINITY, gradient: parameters.map(() => 0) }
  const solved = solveUpper(factor, solveLower(factor, values))
  const inverse = invert(factor)
  const gradient = new Float64Array(parameters.length)
  const add = (index: number, amount: number) => {
    gradient[index] = (gradient[index] as number) + amount
  }
  let value = 0.5 * dot(values, solved)
  for (let row = 0; row < size; row++) {
    value += Math.log(factor.lower[row * (size + 1)] as number)
    for (let column = 0; column <= row; column++) {
      const at = row * size + column
      // Half the derivative by the covariance, twice off the diagonal because there are two such entries.
      const pull = (inverse[at] as number) - (solved[row] as number) * (solved[column] as number)
      if (row === column) {
        add(weights.length, 0.5 * pull * scale)
        add(weights.length + 1, 0.5 * pull * (noise - LEAST_NOISE))
        continue
      }
      add(weights.length, pull * (covariance[at] as number))
      const slope = pull * scale * maternSlope(distances[at] as number)
      const [a, b] = [points[row] as Float64Array, points[column] as Float64Array]
      for (let axis = 0; axis < weights.length; axis++)
        add(axis, slope * (weights[axis] as number) * squaredDistance(a, b, axis, isChoice))
    }
  }
  return { value: value + addPriors({ weights, scale, noise }, gradient), gradient }
}

/** Minus the logarithm of the priors (those of optuna/_gp/prior.py); adds its derivatives to the gradient. */
function addPriors({ weights, scale, noise }: Kernel, gradient: Float64Array): number {
  let value = 0
  const axes = weights.length
  for (const [axis, weight] of weights.entries()) {
    value += 0.1 / weight + 0.1 * weight
    gradient[axis] = (gradient[axis] as number) - 0.1 / weight + 0.1 * weight
  }
  value += scale - Math.log(scale) + 30 * noise - 0.1 * Math.log(noise)
  gradient[axes] = (gradient[axes] as number) + scale - 1
  gradient[axes + 1] = (gradient[axes + 1] as number) + (30 - 0.1 / noise) * (noise - LEAST_NOISE)
  return value
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}
