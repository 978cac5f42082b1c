import {
  isHyperparameterField,
  METRIC_NAMES,
  type SortOrder,
  type SweepPoints,
  type Trial,
  type TrialCondition,
  type TrialDetail,
  type TrialField,
} from '@sweepd/core'
import type { ExportQuery, PointsQuery, RecordedCurve, SpanQuery, SweepViews } from '../view-ports.js'

/** The views over all trials in order of creation. */
export function createMemoryViews(listDetails: () => Promise<readonly TrialDetail[]>): SweepViews {
  return {
    listPoints: async (query) => listPoints(await listDetails(), query),
    listByNumber: async (query) => listByNumber(await listDetails(), query),
    listCurves: async (trialIds) => {
      const trials = await listDetails()
      return trialIds.flatMap((id) => trials.filter((trial) => trial.id === id).map(toCurve))
    },
    listSpans: async (query) => listSpans(await listDetails(), query),
  }
}

function listPoints(all: readonly TrialDetail[], query: PointsQuery): SweepPoints {
  const trials = all.filter(({ sweepId }) => sweepId === query.sweepId)
  const matching = trials.filter((trial) => query.conditions.every((condition) => holds(trial, condition)))
  const { sort } = query
  const sorted =
    sort === 'spread'
      ? matching.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      : matching.toSorted((a, b) => compareBy(a, b, sort, query.order))
  const shown = sorted.slice(query.offset, query.offset + query.limit)
  return {
    total: trials.length,
    matching: matching.length,
    offset: query.offset,
    id: shown.map(({ id }) => id),
    number: shown.map(({ number }) => number),
    state: shown.map(({ state }) => state),
    attempts: shown.map(({ attempts }) => attempts),
    epochsDone: shown.map(({ epochsDone }) => epochsDone),
    epochs: shown.map(({ epochs }) => epochs),
    durationMs: shown.map(({ durationMs }) => durationMs),
    startedAt: shown.map(({ startedAt }) => startedAt),
    finishedAt: shown.map(({ finishedAt }) => finishedAt),
    metrics: Object.fromEntries(
      METRIC_NAMES.map((name) => [name, shown.map(({ metrics }) => metrics[name])]),
    ) as SweepPoints['metrics'],
    hyperparameters: Object.fromEntries(
      query.axes.map((name) => [name, shown.map(({ hyperparameters }) => hyperparameters[name])]),
    ),
  }
}

function listByNumber(all: readonly TrialDetail[], { sweepId, from, limit }: ExportQuery): Trial[] {
  return all
    .filter((trial) => trial.sweepId === sweepId && trial.number >= from)
    .toSorted((a, b) => a.number - b.number)
    .slice(0, limit)
    .map(({ history: _, score: __, attemptHistory: ___, waitingReason: ____, ...trial }) => trial)
}

function readField(trial: Trial, field: TrialField): unknown {
  if (isHyperparameterField(field)) return trial.hyperparameters[field]
  switch (field) {
    case 'number':
    case 'state':
    case 'epochsDone':
    case 'attempts':
    case 'durationMs':
      return trial[field]
    default:
      return trial.metrics[field]
  }
}

/** Whether the condition is true of the trial; of null only `=` and `!=` of a hyperparameter can be. */
export function holds(trial: Trial, { field, operator, value }: TrialCondition): boolean {
  const found = readField(trial, field)
  if (found === null && !isHyperparameterField(field)) return false
  const isEqual = JSON.stringify(found) === JSON.stringify(value)
  if (operator === '=') return isEqual
  if (operator === '!=') return !isEqual
  if (typeof found !== 'number' || typeof value !== 'number') return false
  switch (operator) {
    case '<':
      return found < value
    case '<=':
      return found <= value
    case '>':
      return found > value
    case '>=':
      return found >= value
  }
}

function compareBy(a: Trial, b: Trial, field: TrialField, order: SortOrder): number {
  const [x, y] = [readField(a, field), readField(b, field)]
  if (x === null || y === null) return Number(x === null) - Number(y === null) || a.number - b.number
  const sign = order === 'asc' ? 1 : -1
  if (typeof x === 'number' && typeof y === 'number') return sign * (x - y) || a.number - b.number
  const [s, t] = [JSON.stringify(x), JSON.stringify(y)]
  return s === t ? a.number - b.number : sign * (s < t ? -1 : 1)
}

const toCurve = ({ id, number, state, history }: TrialDetail): RecordedCurve => ({
  trialId: id,
  number,
  state,
  epochs: history,
})

function listSpans(trials: readonly TrialDetail[], { from, to, limit }: SpanQuery) {
  const spans = trials
    .flatMap(({ id, sweepId, number, attemptHistory }) =>
      attemptHistory.map(({ number: attempt, workerId, outcome, startedAt, finishedAt }) => ({
        ...{ trialId: id, sweepId, number, attempt, workerId, outcome, startedAt, finishedAt },
      })),
    )
    .filter(({ startedAt, finishedAt }) => {
      const end = finishedAt === null ? Number.POSITIVE_INFINITY : Date.parse(finishedAt)
      return Date.parse(startedAt) <= to.getTime() && end >= from.getTime()
    })
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt) || a.number - b.number)
  return { total: spans.length, spans: spans.slice(-limit) }
}
