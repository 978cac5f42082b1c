import {
  DATASET_FACTS,
  findShrinkage,
  type Hyperparameters,
  ImpossibleArchitectureError,
  type ImpossiblePoint,
  InvalidInputError,
  parseSweepDefinition,
  type SweepDefinition,
} from '@sweepd/core'
import { countGrid, suggestGrid } from '@sweepd/search'
import { takeTurns } from '../slices.js'
import { OversizedPoints } from './refuse-oversized.js'

const MAX_IMPOSSIBLE_POINTS_LISTED = 100

/** What one sweep may ask for. */
export interface SweepLimits {
  /** Points of its grid. */
  readonly maxTrials: number
  /** MiB that training one point may take, by `estimateTrainingMemory`; undefined is any number. */
  readonly maxTrialMemoryMiB?: number | undefined
}

/** What a definition would become: one trial for each point. */
export interface SweepPlan {
  readonly definition: SweepDefinition
  readonly points: readonly Hyperparameters[]
}

/**
 * Untrusted JSON to a checked plan; stores nothing. Large grids are planned in slices, between which other requests are
 * served: 100,000 points take about 4 s.
 * @throws InvalidInputError naming every offending field, a grid of too many points, or points too large to train.
 * @throws ImpossibleArchitectureError listing the points whose layers shrink below one pixel.
 */
export async function planSweep(
  input: unknown,
  { maxTrials, maxTrialMemoryMiB }: SweepLimits,
): Promise<SweepPlan> {
  const definition = parseSweepDefinition(input)
  const count = countGrid(definition)
  if (count > maxTrials) {
    const detail = `the grid has ${count} points, more than the ${maxTrials} allowed; use fewer choices or steps`
    throw new InvalidInputError([{ pointer: '#/space', detail }])
  }
  const points: Hyperparameters[] = []
  const impossible = new ImpossiblePoints(definition)
  const oversized =
    maxTrialMemoryMiB === undefined ? undefined : new OversizedPoints(definition, maxTrialMemoryMiB)
  const turn = takeTurns()
  for (const point of suggestGrid(definition)) {
    points.push(point)
    impossible.look(point)
    oversized?.look(point)
    await turn()
  }
  impossible.refuse(count)
  oversized?.refuse(count)
  return { definition, points }
}

/** Points whose network cannot be built on the images of their data set. */
class ImpossiblePoints {
  private readonly listed: ImpossiblePoint[] = []
  private readonly varied: (keyof Hyperparameters)[]
  private count = 0

  constructor(private readonly definition: SweepDefinition) {
    this.varied = Object.keys(definition.space) as (keyof Hyperparameters)[]
  }

  look(point: Hyperparameters): void {
    const { imageHeight, imageWidth } = DATASET_FACTS[this.definition.dataset]
    const reason = findShrinkage(point, imageHeight, imageWidth)
    if (reason === undefined) return
    this.count++
    if (this.listed.length === MAX_IMPOSSIBLE_POINTS_LISTED) return
    this.listed.push({ point: Object.fromEntries(this.varied.map((name) => [name, point[name]])), reason })
  }

  refuse(total: number): void {
    if (this.count > 0) throw new ImpossibleArchitectureError(this.listed, this.count, total)
  }
}
