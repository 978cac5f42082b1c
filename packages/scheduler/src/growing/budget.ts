import type { Hyperparameters } from '@sweepd/core'
import type { GrowingTrial, Growth } from './growth.js'

/** Whether the budget lets another trial begin. */
export type BudgetVerdict =
  | { readonly kind: 'room' }
  /** Not now: what runs may leave more over than it is given credit for. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'spent'; readonly reason: string }

const ROOM: BudgetVerdict = { kind: 'room' }

/** Why no trial is to begin any more, whatever it would be; undefined if some may. */
export function findSpentBudget({ definition, trials, elapsedMs }: Growth): string | undefined {
  const { budget, objective } = definition
  if (budget === null) return undefined
  const { seconds, target } = budget
  const hit = trials.find(
    ({ state, value }) =>
      state === 'completed' &&
      value !== null &&
      target !== undefined &&
      (objective.direction === 'maximize' ? value >= target : value <= target),
  )
  if (hit) return `the target ${objective.metric} ${target} was reached by trial ${hit.number}`
  if (seconds !== undefined && elapsedMs >= seconds * 1000) return `the budget of ${seconds} s is spent`
  return undefined
}

/** Whether the budget has room for a trial of this point, beside `others` that were added just now. */
export function judgeBudget(
  { definition, trials, elapsedMs }: Growth,
  point: Hyperparameters,
  others: readonly Hyperparameters[],
): BudgetVerdict {
  const { seconds, epochs } = definition.budget ?? {}
  if (seconds !== undefined) {
    const needed = estimateSeconds(trials, point)
    if (elapsedMs / 1000 + needed > seconds) {
      const passed = `${Math.round(elapsedMs / 1000)} s have passed, and the next trial takes about ${Math.ceil(needed)} s`
      return { kind: 'spent', reason: `the budget of ${seconds} s is spent: ${passed}` }
    }
  }
  if (epochs === undefined) return ROOM
  const open = trials.filter(isOpen)
  const done = trials.filter((trial) => !isOpen(trial)).reduce((sum, trial) => sum + trial.epochsDone, 0)
  const committed = [...open, ...others].reduce((sum, trial) => sum + trial.epochs, done)
  if (committed + point.epochs <= epochs) return ROOM
  if (open.length + others.length > 0) return { kind: 'wait' }
  const left = `${done} are trained, and the next trial takes ${point.epochs}`
  return { kind: 'spent', reason: `the budget of ${epochs} epochs is spent: ${left}` }
}

const isOpen = ({ state }: GrowingTrial): boolean => state === 'queued' || state === 'running'

/** What decides how long an epoch takes. */
const shapeOf = (point: Hyperparameters): string => {
  const { kernel, stride, bn, zeroPadding, convLayers, hiddenLayers, batchSize, trainSize, optimizer } = point
  return JSON.stringify([
    kernel,
    stride,
    bn,
    zeroPadding,
    convLayers,
    hiddenLayers,
    batchSize,
    trainSize,
    optimizer,
  ])
}

/**
 * How long training this point takes: its epochs at the pace of trials of its shape, or of all trials if none of that
 * shape has trained; 0 before the first epoch of any.
 */
function estimateSeconds(trials: readonly GrowingTrial[], point: Hyperparameters): number {
  const trained = trials.filter(({ epochsDone }) => epochsDone > 0)
  const shape = shapeOf(point)
  const alike = trained.filter(({ hyperparameters }) => shapeOf(hyperparameters) === shape)
  const known = alike.length > 0 ? alike : trained
  const sum = (value: (trial: GrowingTrial) => number) =>
    known.reduce((total, trial) => total + value(trial), 0)
  if (known.length === 0) return 0
  return (point.epochs * sum((trial) => trial.trainDurationMs)) / sum((trial) => trial.epochsDone) / 1000
}
