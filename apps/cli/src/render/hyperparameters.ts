import {
  HYPERPARAMETER_NAMES,
  type HyperparameterName,
  type Hyperparameters,
  type Sweep,
  type Trial,
} from '@sweepd/core'

/** The hyperparameters that a sweep varies, in the order in which core names them. */
export function listVaried(space: Sweep['space']): HyperparameterName[] {
  return HYPERPARAMETER_NAMES.filter((name) => space[name] !== undefined)
}

/** The hyperparameters in which these trials differ. */
export function listDiffering(trials: readonly Trial[]): HyperparameterName[] {
  return HYPERPARAMETER_NAMES.filter(
    (name) => new Set(trials.map((trial) => JSON.stringify(trial.hyperparameters[name]))).size > 1,
  )
}

/** A value as short as it can be read: `3`, `yes`, `32,64`, `l1=0 l2=0.001`. */
export function formatValue(value: Hyperparameters[HyperparameterName]): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, part]) => `${name}=${part}`)
    .join(' ')
}

/** One point, as far as it varies: `kernel=3 stride=1`. */
export function formatPoint(hyperparameters: Hyperparameters, varied: readonly HyperparameterName[]): string {
  return varied.map((name) => `${name}=${formatValue(hyperparameters[name])}`).join(' ')
}
