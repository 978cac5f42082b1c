import { type MetricName, type SortOrder, TRIAL_STATES } from '@sweepd/core'
import type { TrialQuery } from '@sweepd/scheduler'
import { formatCursor, parseCursor } from '../../cursor.js'
import type { Database } from '../../database.js'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'
import { andConditions, isStateWanted } from './trial-conditions.js'
import {
  METRIC_COLUMNS,
  ORDER_SQL,
  RUNNING_ATTEMPT,
  readMetric,
  TRIAL_COLUMNS,
  type TrialRows,
} from './trial-rows.js'

/** A place in the order: the value of the metric there, and what orders trials of equal value. */
type Place = readonly [value: number | null, id: string, number: number] | undefined

interface Search {
  readonly query: TrialQuery
  readonly metric: MetricName
  readonly order: SortOrder
  readonly after: Place
}

/**
 * The leaderboard: trials in the order of a metric, equal ones by id, then those without it by id (those of one sweep by
 * number). A page starts where the one before ended, however deep, because the row comparison is a condition of an
 * index: (state, metric, id) of measured trials for each state, (sweep, state, metric, id) for those of one sweep. Each
 * state gives at most a page, and so do the running trials, whose metrics stand in their attempts and in no index: they
 * are as many as there are busy slots. A page of 50 of 200,000 trials takes 1 ms if it is
 * asked for by state or sweep only. Other conditions are checked row by row along the index.
 */
export async function listTrialsByMetric(
  database: Database,
  query: TrialQuery,
  metric: MetricName,
  order: SortOrder,
): Promise<TrialRows> {
  const parts = ['metric', 'uuid', 'integer'] as const
  const cursorOrder = { name: `${metric} ${order}${query.sweepId ? ' of a sweep' : ''}`, parts }
  const after: Place = parseCursor(cursorOrder, query.cursor)
  const search = { query, metric, order, after }
  const measured =
    after?.[0] === null ? [] : await database.query<TrialRow>(Prisma.sql`${selectMeasured(search)}`)
  const missing = query.limit + 1 - measured.length
  const unmeasured =
    missing > 0 ? await database.query<TrialRow>(Prisma.sql`${selectUnmeasured(search, missing)}`) : []
  return {
    // A trial may have got its first metric between the two statements.
    rows: [...measured, ...unmeasured.filter(({ id }) => measured.every((row) => row.id !== id))],
    cursorOf: (row) => formatCursor(cursorOrder, [readMetric(row, metric), row.id, row.number]),
  }
}

/** States whose trials have their metrics in their own row. */
const listStates = ({ state, conditions }: TrialQuery) =>
  (state === undefined ? TRIAL_STATES : [state]).filter(
    (name) => name !== 'running' && isStateWanted(name, conditions),
  )

const ofSweep = ({ sweepId }: TrialQuery): Prisma.Sql =>
  sweepId === undefined ? Prisma.empty : Prisma.sql`AND t.sweep_id = ${sweepId}::uuid`

const isRunningWanted = ({ state, conditions }: TrialQuery): boolean =>
  (state === undefined || state === 'running') && isStateWanted('running', conditions)

function selectMeasured({ query, metric, order, after }: Search): Prisma.Sql {
  const { trial, attempt } = METRIC_COLUMNS[metric]
  const { order: direction, follows } = ORDER_SQL[order]
  const [value, id] = after ?? []
  const placeOf = (column: Prisma.Sql) =>
    value === undefined
      ? Prisma.empty
      : Prisma.sql`AND (${column}, t.id) ${follows} (${value}::float8, ${id}::uuid)`
  return Prisma.sql`
    SELECT ${TRIAL_COLUMNS}
    FROM (
      SELECT first.*
      FROM unnest(${listStates(query)}::trial_state[]) AS s(state)
      CROSS JOIN LATERAL (
        SELECT t.id, ${trial} AS value
        FROM trial t
        WHERE t.state = s.state AND ${trial} IS NOT NULL ${ofSweep(query)} ${placeOf(trial)}
          ${andConditions(query.conditions, 'trial')}
        ORDER BY ${trial} ${direction}, t.id ${direction}
        LIMIT ${query.limit + 1}
      ) first
      UNION ALL (
        SELECT t.id, ${attempt} AS value
        FROM attempt p JOIN trial t ON t.id = p.trial_id AND t.attempts = p.number
        WHERE ${isRunningWanted(query)} AND p.outcome = 'running' AND t.state = 'running' AND ${attempt} IS NOT NULL
          ${ofSweep(query)} ${placeOf(attempt)} ${andConditions(query.conditions, 'attempt')}
        ORDER BY ${attempt} ${direction}, t.id ${direction}
        LIMIT ${query.limit + 1}
      )
    ) best
    JOIN trial t ON t.id = best.id ${RUNNING_ATTEMPT}
    ORDER BY best.value ${direction}, best.id ${direction}
    LIMIT ${query.limit + 1}`
}

function selectUnmeasured({ query, metric, order, after }: Search, limit: number): Prisma.Sql {
  const { trial, attempt } = METRIC_COLUMNS[metric]
  const { order: direction, follows } = ORDER_SQL[order]
  const key = query.sweepId === undefined ? Prisma.sql`t.id` : Prisma.sql`t.number`
  const keyOf = ([, id, number]: NonNullable<Place>) =>
    query.sweepId === undefined ? Prisma.sql`${id}::uuid` : Prisma.sql`${number}::int`
  const place = after?.[0] === null ? Prisma.sql`AND ${key} ${follows} ${keyOf(after)}` : Prisma.empty
  // A completed trial has every metric: without this, the last page would read past all of them.
  const states = listStates(query).filter((state) => state !== 'completed')
  return Prisma.sql`
    SELECT ${TRIAL_COLUMNS}
    FROM (
      SELECT first.*
      FROM unnest(${states}::trial_state[]) AS s(state)
      CROSS JOIN LATERAL (
        SELECT t.id, ${key} AS key
        FROM trial t
        WHERE t.state = s.state AND ${trial} IS NULL ${ofSweep(query)} ${place}
          ${andConditions(query.conditions, 'trial')}
        ORDER BY ${key} ${direction}
        LIMIT ${limit}
      ) first
      UNION ALL (
        SELECT t.id, ${key} AS key
        FROM attempt p JOIN trial t ON t.id = p.trial_id AND t.attempts = p.number
        WHERE ${isRunningWanted(query)} AND p.outcome = 'running' AND t.state = 'running' AND ${attempt} IS NULL
          ${ofSweep(query)} ${place} ${andConditions(query.conditions, 'attempt')}
        ORDER BY ${key} ${direction}
        LIMIT ${limit}
      )
    ) next
    JOIN trial t ON t.id = next.id ${RUNNING_ATTEMPT}
    ORDER BY next.key ${direction}
    LIMIT ${limit}`
}
