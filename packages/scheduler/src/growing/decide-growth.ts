import { randomUUID } from 'node:crypto'
import {
  DATASET_FACTS,
  type DatasetFacts,
  findShrinkage,
  type Hyperparameters,
  type ImpossiblePoint,
  isBuiltIn,
  isEnded,
} from '@sweepd/core'
import {
  type EndedTrial,
  hasRungs,
  needsHistory,
  type RunningTrial,
  type Settlement,
  settleRungs,
  suggest,
  type TrialOutcome,
} from '@sweepd/search'
import type { NewTrial } from '../ports.js'
import { explainOversize } from '../sweeps/refuse-oversized.js'
import { findSpentBudget, judgeBudget } from './budget.js'
import type { GrowingTrial, Growth, GrowthStep } from './growth.js'

const NOBODY: Settlement = { promoted: [], pruned: [] }
const NOTHING = { cancelled: [], added: [], skipped: [], isLast: false, endReason: null } as const

/**
 * What a sweep does next, by what it has come to and nothing else but the ids of new trials: held trials go on or end, and
 * the sampler suggests trials until those that could run now cover the slots of the workers. Whoever asks, and however
 * often, gets the same points.
 */
export function decideGrowth(growth: Growth): GrowthStep {
  const spent = findSpentBudget(growth)
  if (spent !== undefined) return endBySpentBudget(growth, spent)
  const settled = settle(growth)
  return growth.isGrowing
    ? { ...NOTHING, ...settled, ...addTrials(growth, settled) }
    : { ...NOTHING, ...settled }
}

/** Whether a step changes anything. */
export const isIdle = ({ promoted, pruned, cancelled, added, isLast }: GrowthStep): boolean =>
  promoted.length + pruned.length + cancelled.length + added.length === 0 && !isLast

/** Trials that run still end; nothing else begins or goes on. */
function endBySpentBudget({ isGrowing, trials }: Growth, endReason: string): GrowthStep {
  const queued = trials.filter(({ state }) => state === 'queued')
  return {
    ...NOTHING,
    promoted: [],
    pruned: queued.filter(({ isHeld }) => isHeld).map(({ id }) => ({ id, reason: endReason })),
    cancelled: queued.filter(({ attempts }) => attempts === 0).map(({ id }) => id),
    isLast: isGrowing,
    endReason,
  }
}

function settle({ definition, trials, planned, unbegun, isGrowing }: Growth): Settlement {
  const { pruner, objective } = definition
  if (!hasRungs(pruner) || !trials.some(({ isHeld }) => isHeld)) return NOBODY
  const unborn = isGrowing ? planned - trials.length : unbegun
  const rungTrials = trials.map((trial) => ({ ...trial, isOpen: !isEnded(trial.state) && !trial.isHeld }))
  return settleRungs(pruner, { objective, trials: rungTrials, unborn })
}

function addTrials(
  growth: Growth,
  settled: Settlement,
): Omit<GrowthStep, 'promoted' | 'pruned' | 'cancelled'> {
  const { definition, planned, trials, skipped } = growth
  const skipping = new Skipping(growth)
  const { ended, running } = divide(trials, settled)
  const added: NewTrial[] = []
  let endReason: string | null = null
  for (let room = countRoom(growth, settled); room > 0 && trials.length + added.length < planned; room--) {
    const number = trials.length + added.length
    const suggestion = suggest(definition, number, ended, [...running, ...added], {
      isPossible: skipping.isPossible,
    })
    if (suggestion.kind === 'exhausted') {
      endReason = `the space is exhausted after ${number} of ${planned} trials`
      break
    }
    const { hyperparameters, hyperparametersHash, proposedBy } = suggestion
    const verdict = judgeBudget(
      growth,
      hyperparameters,
      added.map((trial) => trial.hyperparameters),
    )
    if (verdict.kind === 'spent') endReason = verdict.reason
    if (verdict.kind !== 'room') break
    added.push({ id: randomUUID(), number, hyperparameters, hyperparametersHash, proposedBy })
  }
  const isLast = endReason !== null || trials.length + added.length >= planned
  return { added, skipped: skipping.found(skipped.points), isLast, endReason }
}

/** How many more trials the slots of the workers have room for: at least one is ready, whoever is alive. */
function countRoom({ slots, maxParallel, trials }: Growth, { promoted }: Settlement): number {
  const wanted = Math.max(1, Math.min(slots, maxParallel ?? slots))
  const ready = trials.filter(
    ({ state, isHeld, isDelayed }) => state === 'running' || (state === 'queued' && !isHeld && !isDelayed),
  )
  return wanted - ready.length - promoted.length
}

/** A held trial has said as much of its point as a pruned one, until it goes on. */
function divide(trials: readonly GrowingTrial[], { promoted }: Settlement) {
  const goesOn = new Set(promoted)
  const isRunning = ({ id, state, isHeld }: GrowingTrial) =>
    state === 'running' || (state === 'queued' && (!isHeld || goesOn.has(id)))
  const ended = trials
    .filter((trial) => !isRunning(trial))
    .map((trial): EndedTrial => ({ ...toRunning(trial), outcome: outcomeOf(trial) }))
  return { ended, running: trials.filter(isRunning).map(toRunning) }
}

const toRunning = ({ number, hyperparameters, hyperparametersHash }: GrowingTrial): RunningTrial => ({
  number,
  hyperparameters,
  hyperparametersHash,
})

function outcomeOf({ state, value, epochsDone, errorClass }: GrowingTrial): TrialOutcome {
  if (state === 'failed')
    return { kind: errorClass === 'diverged' || errorClass === 'invalid' ? 'diverged' : 'unknown' }
  if (value === null || state === 'cancelled') return { kind: 'unknown' }
  return state === 'completed' ? { kind: 'completed', value } : { kind: 'pruned', epoch: epochsDone, value }
}

/** Points that a sampler would suggest, and whose network cannot be built or takes too much memory. */
class Skipping {
  private readonly points = new Map<string, ImpossiblePoint>()
  private readonly facts: DatasetFacts | undefined

  constructor(private readonly growth: Growth) {
    const { dataset } = growth.definition
    this.facts = isBuiltIn(dataset) ? DATASET_FACTS[dataset] : growth.ownFacts
  }

  readonly isPossible = (point: Hyperparameters): boolean => {
    // Without its data set no trial can be trained, whatever its network.
    if (this.facts === undefined) return true
    const { definition, maxTrialMemoryMiB } = this.growth
    const reason =
      findShrinkage(point, this.facts.imageHeight, this.facts.imageWidth) ??
      explainOversize(point, this.facts, maxTrialMemoryMiB)
    if (reason === undefined) return true
    const varied = Object.keys(definition.space).map((name) => [name, point[name as keyof Hyperparameters]])
    const skipped = { point: Object.fromEntries(varied), reason }
    this.points.set(JSON.stringify(skipped.point), skipped)
    return false
  }

  /** Those that were not known before. All points of samplers that do not learn were looked at when they were planned. */
  found(known: readonly ImpossiblePoint[]): ImpossiblePoint[] {
    if (!needsHistory(this.growth.definition.sampler)) return []
    const listed = new Set(known.map(({ point }) => JSON.stringify(point)))
    return [...this.points].filter(([key]) => !listed.has(key)).map(([, point]) => point)
  }
}
