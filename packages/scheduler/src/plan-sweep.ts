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
import { refuseOversized } from './refuse-oversized.js'

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
 * Untrusted JSON to a checked plan; stores nothing.
 * @throws InvalidInputError naming every offending field, a grid of too many points, or points too large to train.
 * @throws ImpossibleArchitectureError listing the points whose layers shrink below one pixel.
 */
export function planSweep(input: unknown, { maxTrials, maxTrialMemoryMiB }: SweepLimits): SweepPlan {
  const definition = parseSweepDefinition(input)
  const count = countGrid(definition)
  if (count > maxTrials) {
    const detail = `the grid has ${count} points, more than the ${maxTrials} allowed; use fewer choices or steps`
    throw new InvalidInputError([{ pointer: '#/space', detail }])
  }
  const points = [...suggestGrid(definition)]
  refuseImpossible(definition, points)
  if (maxTrialMemoryMiB !== undefined) refuseOversized(definition, points, maxTrialMemoryMiB)
  return { definition, points }
}

function refuseImpossible(definition: SweepDefinition, points: readonly Hyperparameters[]): void {
  const { imageHeight, imageWidth } = DATASET_FACTS[definition.dataset]
  const varied = Object.keys(definition.space) as (keyof Hyperparameters)[]
  const impossible = points.flatMap((point): ImpossiblePoint[] => {
    const reason = findShrinkage(point, imageHeight, imageWidth)
    return reason === undefined
      ? []
      : [{ point: Object.fromEntries(varied.map((name) => [name, point[name]])), reason }]
  })
  if (impossible.length > 0) {
    const listed = impossible.slice(0, MAX_IMPOSSIBLE_POINTS_LISTED)
    throw new ImpossibleArchitectureError(listed, impossible.length, points.length)
  }
}
