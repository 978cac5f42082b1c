import type { ModelAxis, ModelSpace, Row } from '@sweepd/search'
import { createCounterRandom, normalise } from '@sweepd/search'
import { readTable } from './table.js'

/** An axis in words that the peer understands too: shares from 0 to 1, numbers in order, or choices. */
export interface AxisKind {
  readonly kind: 'float' | 'int' | 'choice'
  readonly levels?: number
  /** It only matters if an earlier axis, by index, has one of these values. */
  readonly when?: { readonly axis: number; readonly values: readonly number[] }
}

/** A function to be minimised in so many trials. */
export interface Problem {
  readonly name: string
  readonly trials: number
  readonly axes: readonly AxisKind[]
  /** The loss without noise, above the smallest there is; undefined if the trial diverges. */
  regretAt(row: Row): number | undefined
  /** Standard deviation of what is added to it in an observation. */
  readonly noise?: number
}

const MIXED_LEAST = 0

const floats = (count: number): AxisKind[] => Array.from({ length: count }, () => ({ kind: 'float' }))

const at = (row: Row, axis: number): number => row[axis] ?? Number.NaN

function branin(row: Row): number {
  const [x, y] = [15 * at(row, 0) - 5, 15 * at(row, 1)]
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - 0.39788735772973816
}

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2]
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const HARTMANN_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]

function hartmann(row: Row): number {
  const sum = HARTMANN_WEIGHTS.reduce((total, weight, term) => {
    const distance = [...row].reduce(
      (inner, x, axis) =>
        inner + (HARTMANN_SCALES[term]?.[axis] ?? 0) * (x - (HARTMANN_CENTRES[term]?.[axis] ?? 0)) ** 2,
      0,
    )
    return total + weight * Math.exp(-distance)
  }, 0)
  return 3.322368011391339 - sum
}

/** Two choices that shift the optimum of a float, a number in five steps and a number in ten. */
function mixed(row: Row): number {
  const [model, kind] = [at(row, 0), at(row, 1)]
  const centre = [0.2, 0.5, 0.8, 0.35][model] ?? 0
  const offset = [0, 0.25, 0.4, 0.5][model] ?? 0
  const kindOffset = [0.3, 0, 0.15][kind] ?? 0
  return (
    offset + kindOffset + (at(row, 2) - centre) ** 2 + 2 * (at(row, 3) - 0.7) ** 2 + (at(row, 4) - 0.25) ** 2
  )
}

/** A choice decides which of two further axes matters. */
function conditional(row: Row): number {
  const shared = 2 * (at(row, 1) - 0.4) ** 2
  return at(row, 0) === 0 ? shared + 0.1 + (at(row, 2) - 0.2) ** 2 : shared + 4 * (at(row, 3) - 0.75) ** 2
}

const sphere = (row: Row): number => [...row].reduce((sum, share) => sum + (10 * share - 5 - 1) ** 2, 0)

/** All problems; the table only if it has been packed. */
export const PROBLEMS: readonly Problem[] = [
  { name: 'Branin', trials: 40, axes: floats(2), regretAt: branin },
  { name: 'Hartmann-6', trials: 80, axes: floats(6), regretAt: hartmann },
  { name: 'Hartmann-6, noise 0.1', trials: 80, axes: floats(6), regretAt: hartmann, noise: 0.1 },
  {
    name: 'mixed',
    trials: 60,
    axes: [
      { kind: 'choice', levels: 4 },
      { kind: 'choice', levels: 3 },
      { kind: 'float' },
      { kind: 'int', levels: 5 },
      { kind: 'int', levels: 10 },
    ],
    // Its discrete axes miss the optimum of the formula by this much.
    regretAt: (row) => mixed(row) - MIXED_LEAST,
  },
  {
    name: 'conditional',
    trials: 100,
    axes: [
      { kind: 'choice', levels: 2 },
      { kind: 'float' },
      { kind: 'float', when: { axis: 0, values: [0] } },
      { kind: 'float', when: { axis: 0, values: [1] } },
    ],
    regretAt: conditional,
  },
  { name: 'sphere, 10 axes', trials: 100, axes: floats(10), regretAt: sphere },
  ...readTable(),
]

/** What a trial of this number observes in a run of this seed: the same noise for every sampler. */
export function observe(
  { regretAt, noise = 0 }: Problem,
  row: Row,
  seed: number,
  number: number,
): number | undefined {
  const regret = regretAt(row)
  if (regret === undefined || noise === 0) return regret
  const random = createCounterRandom(seed, number, 0x9015e)
  return (
    regret + noise * Math.sqrt(-2 * Math.log(random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
  )
}

/** The space of a problem as our samplers see it. */
export function toSpace({ axes }: Problem): ModelSpace {
  const model = axes.map(({ kind, levels = Number.POSITIVE_INFINITY }): ModelAxis => {
    if (kind === 'choice') return { kind: 'choice', levels }
    return {
      kind: 'numeric',
      levels,
      cellAt(share) {
        if (kind === 'float') return [share, share]
        const cell = Math.min(levels - 1, Math.floor(share * levels))
        return [cell / levels, (cell + 1) / levels]
      },
    }
  })
  const isConditional = axes.some(({ when }) => when !== undefined)
  return {
    axes: model,
    listActive: isConditional
      ? (row) => axes.map(({ when }) => when === undefined || when.values.includes(at(row, when.axis)))
      : undefined,
  }
}

/** A row of a problem from the numbers that the peer proposes: shares, levels, choices, or null. */
export function toRow(problem: Problem, numbers: readonly (number | null)[]): Row {
  const space = toSpace(problem)
  const row = Float64Array.from(problem.axes, ({ kind, levels = 1 }, axis) => {
    const number = numbers[axis] ?? 0
    return kind === 'int' ? (number + 0.5) / levels : number
  })
  return normalise(space, row)
}
