import {
  type DatasetFacts,
  findShrinkage,
  type Hyperparameters,
  ImpossibleArchitectureError,
  type ImpossiblePoint,
  InvalidInputError,
  parseSweepDefinition,
  type SkippedPoints,
  type SweepDefinition,
} from '@sweepd/core'
import { countSuggestions, countUpFront, needsHistory, suggestPoints } from '@sweepd/search'
import { takeTurns } from '../slices.js'
import { OversizedPoints } from './refuse-oversized.js'
import { type DatasetCatalogue, resolveDataset } from './resolve-dataset.js'

const MAX_IMPOSSIBLE_POINTS_LISTED = 100

/** What one sweep may ask for. */
export interface SweepLimits {
  /** Points of its grid, or trials of its sampler. */
  readonly maxTrials: number
  /** MiB that training one point may take, by `estimateTrainingMemory`; undefined is any number. */
  readonly maxTrialMemoryMiB?: number | undefined
}

/** The points that a definition has for certain. */
export interface PlannedPoints {
  /** All of them, or those to start with if the sampler learns from trials. */
  readonly points: readonly Hyperparameters[]
  /** Trials that the sweep is to have in the end. */
  readonly planned: number
  /** Why they are fewer than the sampler was asked for. */
  readonly endReason: string | undefined
  /** Points that were left out because their network cannot be built: the first 100 of them, and their number. */
  readonly skipped: SkippedPoints
}

/** What a definition would become: one trial for each point. */
export interface SweepPlan extends PlannedPoints {
  /** Complete; the data set with its version, if a person has added it. */
  readonly definition: SweepDefinition
  /** The data set as the request names it. */
  readonly requestedDataset: string
  /** Of the data set, if a person has added it. */
  readonly datasetDigest: string | undefined
}

/** A sampler whose points are nearly all impossible gives up after so many for each trial. */
const DRAWS_PER_TRIAL = 20
const LEAST_DRAWS = 1000

/** Knows no data set but those that come with sweepd. */
const BUILT_IN_ONLY: DatasetCatalogue = {
  findDataset: async () => undefined,
  listDatasets: async () => [],
}

/**
 * Untrusted JSON to a checked plan; stores nothing. Large sweeps are planned in slices, between which other requests are
 * served: 100,000 points take about 4 s.
 * @throws InvalidInputError naming every offending field, too many points, or points too large to train.
 * @throws ImpossibleArchitectureError listing the points whose layers shrink below one pixel, unless the definition
 * skips them and others are left.
 */
export async function planSweep(
  input: unknown,
  limits: SweepLimits,
  catalogue: DatasetCatalogue = BUILT_IN_ONLY,
): Promise<SweepPlan> {
  const parsed = parseSweepDefinition(input)
  const { dataset, digest, facts } = await resolveDataset(parsed, catalogue)
  const definition = { ...parsed, dataset }
  refuseTooMany(definition, limits.maxTrials)
  const planned = await planPoints(definition, facts, limits)
  return { definition, requestedDataset: parsed.dataset, datasetDigest: digest, ...planned }
}

/**
 * Looks at all points of a definition, or at those that a sampler which learns starts with.
 * @throws InvalidInputError or ImpossibleArchitectureError as `planSweep` does.
 */
export async function planPoints(
  definition: SweepDefinition,
  facts: DatasetFacts,
  { maxTrialMemoryMiB }: Pick<SweepLimits, 'maxTrialMemoryMiB'>,
): Promise<PlannedPoints> {
  const wanted = countSuggestions(definition)
  const points: Hyperparameters[] = []
  const impossible = new ImpossiblePoints(definition, facts)
  const oversized =
    maxTrialMemoryMiB === undefined ? undefined : new OversizedPoints(definition, facts, maxTrialMemoryMiB)
  const turn = takeTurns()
  let draws = Math.max(LEAST_DRAWS, DRAWS_PER_TRIAL * wanted)
  const learns = needsHistory(definition.sampler)
  const atFirst = learns ? Math.min(wanted, countUpFront(definition)) : wanted
  for (const point of suggestPoints(definition)) {
    if (points.length === atFirst || draws-- === 0) break
    const isPossible = impossible.look(point)
    if (isPossible || definition.impossible === 'refuse') {
      points.push(point)
      oversized?.look(point)
    }
    await turn()
  }
  if (definition.impossible === 'refuse' || points.length === 0) impossible.refuse(points.length)
  oversized?.refuse(points.length)
  const planned = learns ? wanted : points.length
  return { points, planned, endReason: explainShortage(definition, planned), skipped: impossible.found }
}

/** Why a sampler has fewer points than it was asked for; undefined if it has not. */
export function explainShortage({ sampler }: SweepDefinition, planned: number): string | undefined {
  if (sampler.type === 'grid' || sampler.trials <= planned) return undefined
  return `the space is exhausted: it has ${planned} points, and ${sampler.trials} trials were asked for`
}

function refuseTooMany(definition: SweepDefinition, maxTrials: number): void {
  const wanted = countSuggestions(definition)
  if (wanted <= maxTrials) return
  const problem =
    definition.sampler.type === 'grid'
      ? {
          pointer: '#/space',
          detail: `the grid has ${wanted} points, more than the ${maxTrials} allowed; use fewer choices or steps`,
        }
      : { pointer: '#/sampler/trials', detail: `trials is at most ${maxTrials}, the limit of this service` }
  throw new InvalidInputError([problem])
}

/** Points whose network cannot be built on the images of their data set. */
class ImpossiblePoints {
  private readonly listed: ImpossiblePoint[] = []
  private readonly varied: (keyof Hyperparameters)[]
  private count = 0

  constructor(
    definition: SweepDefinition,
    private readonly facts: DatasetFacts,
  ) {
    this.varied = Object.keys(definition.space) as (keyof Hyperparameters)[]
  }

  /** What was found so far. */
  get found(): SkippedPoints {
    return { count: this.count, points: [...this.listed] }
  }

  /** Whether the point is possible; remembers it if not. */
  look(point: Hyperparameters): boolean {
    const { imageHeight, imageWidth } = this.facts
    const reason = findShrinkage(point, imageHeight, imageWidth)
    if (reason === undefined) return true
    this.count++
    if (this.listed.length < MAX_IMPOSSIBLE_POINTS_LISTED)
      this.listed.push({ point: Object.fromEntries(this.varied.map((name) => [name, point[name]])), reason })
    return false
  }

  refuse(total: number): void {
    if (this.count > 0)
      throw new ImpossibleArchitectureError(this.listed, this.count, Math.max(this.count, total))
  }
}
