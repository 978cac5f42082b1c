import { type Hyperparameters, isHyperparameterField, METRIC_NAMES, type SweepPoints } from '@sweepd/core'
import type { PointsQuery } from '@sweepd/scheduler'
import type { Database } from '../database.js'
import { toTrial } from '../from-rows.js'
import { Prisma, type Trial as TrialRow } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'
import { andConditions, toColumn } from '../operations/trials/trial-conditions.js'
import { RUNNING_ATTEMPT, TRIAL_COLUMNS } from '../operations/trials/trial-rows.js'

/**
 * Trials of a sweep by column. Reads the sweep's trials once to filter, count and sort them: what a person scrolls
 * through jumps anywhere, so that it goes by offset and not by cursor.
 */
export async function listPoints(database: Database, query: PointsQuery): Promise<SweepPoints> {
  if (!isUuid(query.sweepId)) return toPoints([], query, { total: 0, matching: 0 })
  const ofSweep = Prisma.sql`t.sweep_id = ${query.sweepId}::uuid`
  const where = Prisma.sql`${ofSweep} ${andConditions(query.conditions)}`
  return database.snapshot(async (transaction) => {
    const [counts] = await transaction.query<{ total: number; matching: number }>(Prisma.sql`
      SELECT count(*)::int AS total, count(*) FILTER (WHERE ${where})::int AS matching
      FROM trial t ${RUNNING_ATTEMPT} WHERE ${ofSweep}`)
    const rows = await transaction.query<TrialRow>(Prisma.sql`
      SELECT ${TRIAL_COLUMNS} FROM trial t ${RUNNING_ATTEMPT} WHERE ${where}
      ORDER BY ${toOrder(query)}, t.number
      LIMIT ${query.limit} OFFSET ${query.offset}`)
    return toPoints(rows, query, counts ?? { total: 0, matching: 0 })
  })
}

/** Hashes of hyperparameters are as good as random, and stay. */
function toOrder({ sort, order }: PointsQuery): Prisma.Sql {
  if (sort === 'spread') return Prisma.sql`t.hyperparameters_hash`
  const value = isHyperparameterField(sort) ? Prisma.sql`t.hyperparameters->${sort}::text` : toColumn(sort)
  return order === 'asc' ? Prisma.sql`${value} ASC NULLS LAST` : Prisma.sql`${value} DESC NULLS LAST`
}

function toPoints(
  rows: readonly TrialRow[],
  { axes, offset }: PointsQuery,
  counts: { readonly total: number; readonly matching: number },
): SweepPoints {
  const trials = rows.map(toTrial)
  const column = (name: keyof Hyperparameters) => trials.map(({ hyperparameters }) => hyperparameters[name])
  return {
    ...counts,
    offset,
    id: trials.map(({ id }) => id),
    number: trials.map(({ number }) => number),
    state: trials.map(({ state }) => state),
    attempts: trials.map(({ attempts }) => attempts),
    epochsDone: trials.map(({ epochsDone }) => epochsDone),
    epochs: trials.map(({ epochs }) => epochs),
    durationMs: trials.map(({ durationMs }) => durationMs),
    startedAt: trials.map(({ startedAt }) => startedAt),
    finishedAt: trials.map(({ finishedAt }) => finishedAt),
    metrics: Object.fromEntries(
      METRIC_NAMES.map((name) => [name, trials.map(({ metrics }) => metrics[name])]),
    ) as SweepPoints['metrics'],
    hyperparameters: Object.fromEntries(axes.map((name) => [name, column(name)])),
  }
}
