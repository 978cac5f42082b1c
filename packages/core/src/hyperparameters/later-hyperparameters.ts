import { DEFAULT_LOSS, DEFAULT_SCHEDULE, type Hyperparameters } from './hyperparameters.js'

type LaterName = 'loss' | 'schedule' | 'weightDecay'

/**
 * Hyperparameters that came after the first hashes were stored: the format of definitions that added them, and the
 * default, which trains as builds did that do not know them. A point with the default keeps its hash and its format.
 */
export const LATER_HYPERPARAMETERS: {
  readonly [Name in LaterName]: { readonly version: number; readonly default: Hyperparameters[Name] }
} = {
  loss: { version: 2, default: DEFAULT_LOSS },
  schedule: { version: 5, default: DEFAULT_SCHEDULE },
  weightDecay: { version: 5, default: null },
}

/** Whether this hyperparameter came later and this value of it says something new. */
export const isLaterValue = (name: string, value: unknown): boolean =>
  Object.hasOwn(LATER_HYPERPARAMETERS, name) && value !== LATER_HYPERPARAMETERS[name as LaterName].default
