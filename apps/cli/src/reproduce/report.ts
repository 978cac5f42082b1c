import type { ModelResult } from './collect-results.js'

/** All that is told of a reproduction of the seed's trainings. */
export interface Report {
  readonly commit: string
  readonly machine: string
  /** From the first start of a trial to the last end. */
  readonly wallTimeMs: number
  /** Whether the run was interrupted and went on, which the wall time includes. */
  readonly wasInterrupted: boolean
  readonly results: readonly ModelResult[]
}

/** The report as JSON, without what only this service knows. */
export function toRawReport({ results, ...report }: Report): object {
  const models = results.map(({ model, trial, percent, difference, isReached }) => {
    const { hyperparameters, metrics, durationMs, startedAt, finishedAt, history, score } = trial
    const { name, metric, seedPercent } = model
    return {
      ...{ name, metric, seedPercent, percent, difference, isReached },
      ...{ hyperparameters, metrics, durationMs, startedAt, finishedAt, history, score },
    }
  })
  return { ...report, models }
}
