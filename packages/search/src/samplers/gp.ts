import { fitKernel, GaussianProcess, type Observations } from '../model/gaussian-process.js'
import { minimise } from '../model/minimise.js'
import {
  type ModelAxis,
  type ModelSpace,
  type ModelTrial,
  normalise,
  type Row,
  rowAt,
} from '../model/model-space.js'
import { erfcx, LOG_SQRT_2PI, logNormalCdf, normalCdf } from '../model/normal.js'
import { warpOutcomes } from '../model/output-warp.js'
import type { CounterRandom } from '../random/counter-random.js'
import type { SobolSequence } from '../random/sobol.js'

/** Rows of a Sobol sequence that are looked at, and rows near to each of the best trials. */
const SPREAD_ROWS = 1024
const BEST_TRIALS = 5
const NEAR_ROWS = 20
/** So many of the best rows of each kind are improved by local search. */
const SPREAD_CLIMBS = 6
const NEAR_CLIMBS = 3
const ASCENT = { low: 0, high: 1, iterations: 30, tolerance: 1e-5 }
/** Of more trials than this the kernel is fitted to a part: its cost grows with their number cubed. */
const MAX_FITTED = 120
/** Axes of at most so many values are searched value by value. */
const MAX_LISTED = 16

/**
 * Rows for the next trial, the most promising first, by a Gaussian process (Matérn 5/2, a length scale for each axis) and
 * the logarithm of the expected improvement over the best prediction at a trial so far (Ament et al. 2023). Running trials
 * count as if they had come out as predicted ("Kriging believer"), so that parallel trials keep away from each other.
 */
export function* proposeByGp(
  space: ModelSpace,
  trials: readonly ModelTrial[],
  random: CounterRandom,
  sequence: SobolSequence,
): Generator<Row> {
  const process = learn(space, trials)
  const known = process.points.slice(0, process.ended)
  const best = Math.max(...known.map((point) => process.predict(point).mean))
  const taken = new Set(trials.map(({ row }) => row.join()))
  const improvement = (row: Row) => logImprovement(process.predict(toPoint(space, row)), best)
  const scored = new Map<string, ScoredRow>()
  const look = (row: Row) => {
    const key = row.join()
    if (!taken.has(key) && !scored.has(key)) scored.set(key, { row, score: improvement(row) })
  }
  const byScore = () => [...scored.values()].sort((a, b) => b.score - a.score)
  for (let index = 0; index < SPREAD_ROWS; index++) look(rowAt(space, sequence.pointAt(index)))
  const spread = byScore()
  for (const row of listNear(space, trials, random)) look(row)
  // The best rows are often all near the best trial; climbs from elsewhere are what finds a second valley.
  const isSpread = new Set(spread)
  const near = byScore().filter((scoredRow) => !isSpread.has(scoredRow))
  for (const { row } of [...spread.slice(0, SPREAD_CLIMBS), ...near.slice(0, NEAR_CLIMBS)])
    look(climb(space, process, best, row, improvement))
  for (const { row } of byScore()) yield row
}

interface ScoredRow {
  readonly row: Row
  readonly score: number
}

interface Learnt extends Pick<GaussianProcess, 'predict' | 'predictWithGradient'> {
  /** The trials as points, ended ones first, and how many of them have ended. */
  readonly points: readonly Float64Array[]
  readonly ended: number
}

function learn(space: ModelSpace, trials: readonly ModelTrial[]): Learnt {
  const ended = trials.filter(({ outcome }) => outcome.kind !== 'running')
  const running = trials.filter(({ outcome }) => outcome.kind === 'running')
  const isChoice = space.axes.map(({ kind }) => kind === 'choice')
  const points = ended.map(({ row }) => toPoint(space, row))
  const observed: Observations = { points, values: warpOutcomes(ended), isChoice }
  const kernel = fitKernel(thin(observed))
  const process = new GaussianProcess(observed, kernel)
  const believed = running.map(({ row }) => toPoint(space, row))
  const all = {
    points: [...points, ...believed],
    values: Float64Array.from([...observed.values, ...believed.map((point) => process.predict(point).mean)]),
    isChoice,
  }
  const predictor = believed.length === 0 ? process : new GaussianProcess(all, kernel)
  return {
    points: all.points,
    ended: points.length,
    predict: (point) => predictor.predict(point),
    predictWithGradient: (point) => predictor.predictWithGradient(point),
  }
}

/** The best third of what may be fitted, and evenly spaced ones of the others. */
function thin(observed: Observations): Observations {
  const { points, values, isChoice } = observed
  if (points.length <= MAX_FITTED) return observed
  const order = [...points.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
  const others = order.slice(MAX_FITTED / 3).sort((a, b) => a - b)
  const wanted = (2 * MAX_FITTED) / 3
  const spread = Array.from(
    { length: wanted },
    (_, index) => others[Math.floor((index * others.length) / wanted)],
  )
  const kept = [...order.slice(0, MAX_FITTED / 3), ...(spread as number[])]
  return {
    points: kept.map((index) => points[index] as Float64Array),
    values: Float64Array.from(kept, (index) => values[index] as number),
    isChoice,
  }
}

/** What does not matter lies in the middle of its axis, or is a choice of its own. */
const toPoint = ({ axes }: ModelSpace, row: Row): Float64Array =>
  row.map((value, index) => (Number.isNaN(value) ? (axes[index]?.kind === 'choice' ? -1 : 0.5) : value))

/** ln E[max(f − best, 0)], which has a useful slope even where the improvement itself underflows. */
function logImprovement({ mean, variance }: { mean: number; variance: number }, best: number): number {
  const deviation = Math.sqrt(variance)
  return Math.log(deviation) + logExpected((mean - best) / deviation)
}

/** ln(φ(z) + z Φ(z)) */
function logExpected(z: number): number {
  if (z > -1) return Math.log(density(z) + z * normalCdf(z))
  // φ(z) (1 + z Φ(z) / φ(z)), where Φ(z) / φ(z) = √(π / 2) erfcx(−z / √2).
  const ratio = Math.sqrt(Math.PI / 2) * erfcx(-z / Math.SQRT2)
  const rest = z > -1e3 ? Math.log1p(z * ratio) : -2 * Math.log(-z)
  return -0.5 * z * z - LOG_SQRT_2PI + rest
}

const density = (z: number): number => Math.exp(-0.5 * z * z - LOG_SQRT_2PI)

/** Rows near to the best trials: each value moves a little, or to another choice. */
function* listNear(space: ModelSpace, trials: readonly ModelTrial[], random: CounterRandom): Generator<Row> {
  const completed = trials.flatMap(({ outcome, row, number }) =>
    outcome.kind === 'completed' ? [{ loss: outcome.loss, row, number }] : [],
  )
  completed.sort((a, b) => a.loss - b.loss || a.number - b.number)
  for (const { row } of completed.slice(0, BEST_TRIALS))
    for (let near = 0; near < NEAR_ROWS; near++) {
      const width = 0.2 * 0.5 ** (near % 5)
      const moved = row.map((value, index) => move(space.axes[index] as ModelAxis, value, width, random))
      yield normalise(space, moved)
    }
}

function move(axis: ModelAxis, value: number, width: number, random: CounterRandom): number {
  const drawn = random.uniform()
  if (axis.kind === 'choice') return Number.isNaN(value) || drawn < 0.2 ? random.below(axis.levels) : value
  const shift = width * (random.uniform() + drawn - 1)
  return Math.min(1, Math.max(0, (Number.isNaN(value) ? 0.5 : value) + shift))
}

/** From a row uphill: by gradient along numeric axes, value by value along those of few values, until nothing improves. */
function climb(
  space: ModelSpace,
  process: Learnt,
  best: number,
  start: Row,
  improvement: (row: Row) => number,
): Row {
  let row = start
  let score = improvement(row)
  const consider = (candidate: Row): boolean => {
    const value = improvement(candidate)
    if (!(value > score + 1e-9)) return false
    row = candidate
    score = value
    return true
  }
  for (let round = 0; round < 3; round++) {
    let improved = consider(normalise(space, ascend(space, process, best, row)))
    for (const [index, axis] of space.axes.entries()) {
      if (axis.levels > MAX_LISTED || Number.isNaN(row[index])) continue
      for (let level = 0; level < axis.levels; level++) {
        const value = axis.kind === 'choice' ? level : (level + 0.5) / axis.levels
        improved = consider(normalise(space, withDefaults(space, row).with(index, value))) || improved
      }
    }
    if (!improved) break
  }
  return row
}

/** A row with a value on every axis, so that one that begins to matter has one. */
const withDefaults = ({ axes }: ModelSpace, row: Row): Row =>
  row.map((value, index) => (Number.isNaN(value) ? (axes[index]?.kind === 'choice' ? 0 : 0.5) : value))

function ascend(space: ModelSpace, process: Learnt, best: number, row: Row): Row {
  const start = toPoint(space, row)
  const isNumeric = (index: number) => space.axes[index]?.kind === 'numeric' && !Number.isNaN(row[index])
  const moved = (at: Float64Array) =>
    start.map((value, index) => (isNumeric(index) ? (at[index] as number) : value))
  const { point } = minimise(
    (at) => {
      const { mean, variance, means, variances } = process.predictWithGradient(moved(at))
      const deviation = Math.sqrt(variance)
      const z = (mean - best) / deviation
      const value = Math.log(deviation) + logExpected(z)
      // ∂ ln h / ∂z = Φ(z) / h(z); the mean acts through z, the deviation through z and by itself.
      const slope = Math.exp(Math.min(700, logNormalCdf(z) - logExpected(z)))
      const gradient = means.map((change, index) => {
        if (!isNumeric(index)) return 0
        const spread = (variances[index] as number) / (2 * deviation)
        return -(spread / deviation + (slope * (change - z * spread)) / deviation)
      })
      return { value: -value, gradient }
    },
    start.map((value, index) => (isNumeric(index) ? value : 0.5)),
    ASCENT,
  )
  return withDefaults(space, row).map((value, index) => (isNumeric(index) ? (point[index] as number) : value))
}
