import type { Pruner, SweepDefinition } from '@sweepd/core'
import { formatObjective, isBetter } from './objective.js'
import { countEpochs } from './verdict.js'

/** A trial as the rungs see it. */
export interface RungTrial {
  readonly id: string
  readonly number: number
  /** Queued or training, and not held. */
  readonly isOpen: boolean
  /** It waits at the rung of the epochs that it has done. */
  readonly isHeld: boolean
  readonly epochsDone: number
  /** The objective after each rung's epoch that it has trained. */
  readonly atRungs: ReadonlyMap<number, number>
}

/** What a sweep with rungs has come to. */
export interface RungFacts {
  readonly objective: SweepDefinition['objective']
  readonly trials: readonly RungTrial[]
  /** Trials besides these that may still come to the first rung: not begun, or not suggested yet. */
  readonly unborn: number
}

/** What becomes of trials that are held. */
export interface Settlement {
  /** Ids of trials that go on from their checkpoint. */
  readonly promoted: readonly string[]
  readonly pruned: readonly { readonly id: string; readonly reason: string }[]
}

type RungPruner = Extract<Pruner, { type: 'asha' | 'iEpoch' }>

/** Whether the pruner holds trials at rungs. */
export const hasRungs = (pruner: Pruner): pruner is RungPruner =>
  pruner.type === 'asha' || pruner.type === 'iEpoch'

/**
 * After which epochs a trial of so many is held: before its last one. ASHA has no rung after which less than the usual
 * stretch is left: with rungs at 1, 3 and 9 of 10 epochs the last one saves nothing, and few trials ever ended.
 */
export function listRungs(pruner: Pruner, epochs: number): number[] {
  if (!hasRungs(pruner)) return []
  if (pruner.type === 'iEpoch') return pruner.epochs < epochs ? [pruner.epochs] : []
  const rungs: number[] = []
  for (let rung = pruner.min; rung < epochs; rung *= pruner.eta)
    if (rung === pruner.min || rung * pruner.eta <= epochs) rungs.push(rung)
  return rungs
}

/**
 * Which of the held trials go on and which are pruned, by the facts alone. ASHA (Li et al. 2020) promotes the best
 * 1/eta of those that have reached a rung, without waiting for the others; where no more can come, at least the best.
 * i-Epoch (Egele et al. 2024) waits for all of them. A trial that cannot be among the best any more, whatever the ones
 * still to come bring, is pruned at once, which frees its checkpoint; the rest stay held. Ties go to the lower number.
 *
 * Every trial trains with the schedule of its full length and is only held in between, so what it has at a rung is a
 * prefix of its full training, whatever the schedule.
 */
export function settleRungs(pruner: RungPruner, { objective, trials, unborn }: RungFacts): Settlement {
  const held = trials.filter(({ isHeld }) => isHeld)
  const rungs = [...new Set(held.map(({ epochsDone }) => epochsDone))].sort((a, b) => a - b)
  const promoted: string[] = []
  const pruned = new Map<string, string>()
  for (const rung of rungs) {
    const ranked = trials
      .flatMap((trial) => {
        const value = trial.atRungs.get(rung)
        return value === undefined ? [] : [{ trial, value }]
      })
      .sort((a, b) =>
        a.value === b.value
          ? a.trial.number - b.trial.number
          : isBetter(objective, a.value, b.value)
            ? -1
            : 1,
      )
    const coming = trials.filter(
      ({ id, isOpen, isHeld, epochsDone }) => (isOpen || (isHeld && !pruned.has(id))) && epochsDone < rung,
    ).length
    const { now, ever } = countPlaces(pruner, ranked.length, coming + unborn)
    for (const [index, { trial, value }] of ranked.entries()) {
      if (!trial.isHeld || trial.epochsDone !== rung) continue
      if (index < now) promoted.push(trial.id)
      else if (index >= ever) {
        const place = `${formatObjective(objective, value)} is number ${index + 1} of ${ranked.length}`
        const reason = `after ${countEpochs(rung)} its ${place}; the best ${ever === 1 ? 'one goes' : `${ever} go`} on`
        pruned.set(trial.id, reason)
      }
    }
  }
  return { promoted, pruned: [...pruned].map(([id, reason]) => ({ id, reason })) }
}

/** How many of a rung may go on now, and at most ever, where so many have come and so many may come. */
function countPlaces(pruner: RungPruner, arrived: number, coming: number): { now: number; ever: number } {
  if (pruner.type === 'iEpoch') return { now: coming === 0 ? pruner.finish : 0, ever: pruner.finish }
  const ever = Math.max(1, Math.floor((arrived + coming) / pruner.eta))
  return { now: coming === 0 ? ever : Math.floor(arrived / pruner.eta), ever }
}
