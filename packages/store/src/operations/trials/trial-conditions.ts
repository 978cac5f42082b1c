import {
  type HyperparameterName,
  isHyperparameterField,
  METRIC_NAMES,
  type MetricName,
  type TrialCondition,
  type TrialField,
  type TrialState,
} from '@sweepd/core'
import { Prisma } from '../../generated/client.js'
import { METRIC_COLUMNS } from './trial-rows.js'

type OwnField = Exclude<TrialField, HyperparameterName>

/**
 * Where the metrics of the rows of a query stand: in the trial unless it is running, in its attempt `p` if it is, in
 * either if the query has both. An index on `trial` serves only the first.
 */
export type MetricPlace = 'trial' | 'attempt' | 'either'

const metricColumns = (toSql: (name: MetricName) => Prisma.Sql) =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, toSql(name)])) as Record<MetricName, Prisma.Sql>

const PLACES: Readonly<Record<MetricPlace, Record<MetricName | 'epochsDone', Prisma.Sql>>> = {
  trial: { ...metricColumns((name) => METRIC_COLUMNS[name].trial), epochsDone: Prisma.sql`t.epochs_done` },
  attempt: {
    ...metricColumns((name) => METRIC_COLUMNS[name].attempt),
    epochsDone: Prisma.sql`p.epochs_done`,
  },
  either: {
    ...metricColumns(
      (name) => Prisma.sql`coalesce(${METRIC_COLUMNS[name].attempt}, ${METRIC_COLUMNS[name].trial})`,
    ),
    epochsDone: Prisma.sql`coalesce(p.epochs_done, t.epochs_done)`,
  },
}

const OPERATORS: Readonly<Record<TrialCondition['operator'], Prisma.Sql>> = {
  '<': Prisma.sql`<`,
  '<=': Prisma.sql`<=`,
  '>': Prisma.sql`>`,
  '>=': Prisma.sql`>=`,
  '=': Prisma.sql`=`,
  '!=': Prisma.sql`<>`,
}

/** A field of `trial t` that is no hyperparameter, as SQL; no other names become SQL without being written in it. */
export function toColumn(field: OwnField, place: MetricPlace = 'either'): Prisma.Sql {
  switch (field) {
    case 'number':
      return Prisma.sql`t.number`
    case 'state':
      return Prisma.sql`t.state::text`
    case 'attempts':
      return Prisma.sql`t.attempts`
    case 'durationMs':
      return Prisma.sql`(extract(epoch FROM coalesce(t.finished_at, now()) - t.started_at) * 1000)`
    default:
      return PLACES[place][field]
  }
}

/** The conditions on `trial t` and its attempt `p`, each with AND before it. */
export const andConditions = (
  conditions: readonly TrialCondition[] = [],
  place: MetricPlace = 'either',
): Prisma.Sql =>
  conditions.length === 0
    ? Prisma.empty
    : Prisma.sql`AND ${Prisma.join(
        conditions.map((condition) => toCondition(condition, place)),
        ' AND ',
      )}`

/** Whether a trial in this state can fulfil the conditions: what cannot is not searched. */
export const isStateWanted = (state: TrialState, conditions: readonly TrialCondition[] = []): boolean =>
  conditions.every(
    ({ field, operator, value }) => field !== 'state' || (operator === '=') === (state === value),
  )

function toCondition({ field, operator, value }: TrialCondition, place: MetricPlace): Prisma.Sql {
  const compare = OPERATORS[operator]
  if (field === 'state') return Prisma.sql`t.state::text ${compare} ${String(value)}`
  if (!isHyperparameterField(field))
    return Prisma.sql`${toColumn(field, place)} ${compare} ${Number(value)}::float8`
  const json = Prisma.sql`t.hyperparameters->${field}::text`
  if (operator === '=' || operator === '!=')
    return Prisma.sql`(${json}) ${compare} ${JSON.stringify(value)}::jsonb`
  // CASE, because the order of AND is Postgres' own, and the cast of a text that is no number fails.
  return Prisma.sql`
    CASE WHEN jsonb_typeof(${json}) = 'number'
         THEN (t.hyperparameters->>${field}::text)::float8 ${compare} ${Number(value)}::float8
         ELSE false END`
}
