import type { CounterRandom } from '../random/counter-random.js'
import type { ModelAxis, ModelSpace, Row } from './model-space.js'
import { LOG_SQRT_2PI, normalCdf, normalQuantile } from './normal.js'

/** Bandwidths are at least a hundredth of an axis, more with few kernels ("magic clip"). */
const FINEST = 100

/**
 * A density over rows: a mixture of one kernel for each observed row and one prior kernel that spreads over the whole
 * space. A kernel is a product over the axes: truncated normals on numeric axes, whose bandwidth is the distance to the
 * farther one of their two neighbours, and smoothed choices.
 *
 * On an axis that does not matter in the observed row a kernel is even. Whether an axis matters follows from the other
 * axes of a row, so it takes no part in the density of rows in which it does not. So conditional axes stay in the same
 * kernels as the axes that they depend on, instead of being modelled apart.
 */
export class ParzenEstimator {
  private readonly logWeights: Float64Array
  private readonly cumulative: Float64Array
  private readonly axes: readonly AxisKernels[]

  /** @param weights of the rows, relative to the 1 of the prior kernel */
  constructor(space: ModelSpace, rows: readonly Row[], weights: readonly number[]) {
    const all = [...weights, 1]
    const total = all.reduce((sum, weight) => sum + weight, 0)
    let sum = 0
    this.cumulative = Float64Array.from(all, (weight) => {
      sum += weight / total
      return sum
    })
    this.logWeights = Float64Array.from(all, (weight) => Math.log(weight / total))
    this.axes = space.axes.map((axis, index) => {
      const column = Float64Array.from(rows, (row) => row[index] ?? Number.NaN)
      return axis.kind === 'choice'
        ? new ChoiceKernels(axis.levels, column)
        : new NumericKernels(axis, column)
    })
  }

  /** Draws a row with a value on every axis, whether it matters or not. */
  sample(random: CounterRandom): Row {
    const drawn = random.uniform()
    const found = this.cumulative.findIndex((sum) => drawn <= sum)
    const kernel = found === -1 ? this.cumulative.length - 1 : found
    return Float64Array.from(this.axes, (axis) => axis.sample(kernel, random.uniform()))
  }

  /** The logarithm of the density at each of the rows. */
  logDensities(rows: readonly Row[]): Float64Array {
    const kernelScores = new Float64Array(this.logWeights.length)
    return Float64Array.from(rows, (row) => {
      kernelScores.set(this.logWeights)
      for (let index = 0; index < row.length; index++) {
        const value = row[index] as number
        if (!Number.isNaN(value)) this.axes[index]?.addLogDensities(value, kernelScores)
      }
      return logSumExp(kernelScores)
    })
  }
}

/** All kernels on one axis; the last one is the prior. */
interface AxisKernels {
  /** Adds the logarithm of the density of each kernel at this value. */
  addLogDensities(value: number, scores: Float64Array): void
  /** The value of a kernel for a uniform random number. */
  sample(kernel: number, uniform: number): number
}

/** A kernel gives its own choice 1 + 1 / K and each other 1 / K, before they are normalised; K counts the kernels. */
class ChoiceKernels implements AxisKernels {
  private readonly logOwn: number
  private readonly logOther: number
  private readonly logEven: number

  constructor(
    private readonly choices: number,
    private readonly column: Float64Array,
  ) {
    const kernels = column.filter((value) => !Number.isNaN(value)).length + 1
    const total = 1 + choices / kernels
    this.logOwn = Math.log((1 + 1 / kernels) / total)
    this.logOther = Math.log(1 / kernels / total)
    this.logEven = -Math.log(choices)
  }

  addLogDensities(value: number, scores: Float64Array): void {
    for (let kernel = 0; kernel < scores.length; kernel++)
      scores[kernel] = (scores[kernel] as number) + this.logDensity(kernel, value)
  }

  sample(kernel: number, uniform: number): number {
    let rest = uniform
    for (let choice = 0; choice < this.choices - 1; choice++) {
      rest -= Math.exp(this.logDensity(kernel, choice))
      if (rest < 0) return choice
    }
    return this.choices - 1
  }

  private logDensity(kernel: number, choice: number): number {
    const own = this.column[kernel] ?? Number.NaN
    if (Number.isNaN(own)) return this.logEven
    return own === choice ? this.logOwn : this.logOther
  }
}

/** Normal kernels, truncated to the axis; on a discrete axis the value of a density is the mass of a cell. */
class NumericKernels implements AxisKernels {
  /** Kernel k has the shape `shapeOf[k]`; kernels of equal mean and bandwidth share one. */
  private readonly shapeOf: Uint32Array
  private readonly means: Float64Array
  private readonly inverseWidths: Float64Array
  /** Minus the logarithm of what the density of a shape is divided by. */
  private readonly offsets: Float64Array
  private readonly masses: Float64Array

  constructor(
    private readonly axis: Extract<ModelAxis, { kind: 'numeric' }>,
    column: Float64Array,
  ) {
    const [means, widths, shapeOf] = listShapes(column)
    this.shapeOf = shapeOf
    this.means = Float64Array.from(means)
    this.inverseWidths = Float64Array.from(widths, (width) => 1 / width)
    this.masses = this.means.map(
      (mean, shape) => this.massBelow(shape, 1, mean) - this.massBelow(shape, 0, mean),
    )
    this.offsets = this.masses.map(
      (mass, shape) => Math.log(this.inverseWidths[shape] as number) - LOG_SQRT_2PI - Math.log(mass),
    )
  }

  addLogDensities(value: number, scores: Float64Array): void {
    const [low, high] = this.axis.cellAt(value)
    const { means, shapeOf } = this
    // Loops instead of callbacks: this is where the time of a suggestion goes.
    const densities = new Float64Array(means.length)
    for (let shape = 0; shape < means.length; shape++)
      densities[shape] = low < high ? this.logMass(shape, low, high) : this.logDensity(shape, value)
    for (let kernel = 0; kernel < scores.length; kernel++)
      scores[kernel] = (scores[kernel] as number) + (densities[shapeOf[kernel] as number] as number)
  }

  sample(kernel: number, uniform: number): number {
    const shape = this.shapeOf[kernel] as number
    const [mean, mass] = [this.means[shape] as number, this.masses[shape] as number]
    const share = this.massBelow(shape, 0, mean) + uniform * mass
    const z = normalQuantile(Math.min(1 - 1e-16, Math.max(1e-300, share)))
    return Math.min(1, Math.max(0, mean + z / (this.inverseWidths[shape] as number)))
  }

  private logDensity(shape: number, value: number): number {
    const z = (value - (this.means[shape] as number)) * (this.inverseWidths[shape] as number)
    return (this.offsets[shape] as number) - 0.5 * z * z
  }

  private logMass(shape: number, low: number, high: number): number {
    const mean = this.means[shape] as number
    const mass = this.massBelow(shape, high, mean) - this.massBelow(shape, low, mean)
    return Math.log(Math.max(mass / (this.masses[shape] as number), Number.MIN_VALUE))
  }

  private massBelow(shape: number, share: number, mean: number): number {
    return normalCdf((share - mean) * (this.inverseWidths[shape] as number))
  }
}

/**
 * The distinct pairs of mean and bandwidth among the kernels of a column, and the pair of each kernel. Where the axis does
 * not matter, the kernel is the prior's: the whole axis wide, in its middle.
 */
function listShapes(column: Float64Array): [means: number[], widths: number[], shapeOf: Uint32Array] {
  // Equal values share a shape, so that their order does not matter: numbers alone are sorted, which is fast.
  const sorted = column.filter((value) => !Number.isNaN(value)).sort()
  const narrowest = 1 / Math.min(FINEST, sorted.length + 2)
  const means = [0.5]
  const widths = [1]
  const shapes = new Map<number, number[]>()
  for (let place = 0; place < sorted.length; place++) {
    const mean = sorted[place] as number
    const width = Math.min(1, Math.max(narrowest, gapBeside(sorted, place)))
    if (means.at(-1) !== mean || widths.at(-1) !== width) {
      means.push(mean)
      widths.push(width)
    }
    const ofMean = shapes.get(mean)
    if (ofMean === undefined) shapes.set(mean, [means.length - 1])
    else ofMean.push(means.length - 1)
  }
  const shapeOf = new Uint32Array(column.length + 1)
  for (let kernel = 0; kernel < column.length; kernel++)
    shapeOf[kernel] = shapes.get(column[kernel] as number)?.pop() ?? 0
  return [means, widths, shapeOf]
}

/** The distance to the farther neighbour; at the ends that to the only one, and of one kernel that to the farther end. */
function gapBeside(sorted: Float64Array, place: number): number {
  const mean = sorted[place] as number
  const [before, after] = [sorted[place - 1], sorted[place + 1]]
  if (before === undefined && after === undefined) return Math.max(mean, 1 - mean)
  return Math.max(before === undefined ? 0 : mean - before, after === undefined ? 0 : after - mean)
}

function logSumExp(logs: Float64Array): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let index = 0; index < logs.length; index++) highest = Math.max(highest, logs[index] as number)
  let sum = 0
  for (let index = 0; index < logs.length; index++) sum += Math.exp((logs[index] as number) - highest)
  return highest + Math.log(sum)
}
