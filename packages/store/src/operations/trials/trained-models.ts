import type { SweepDefinition } from '@sweepd/core'
import type { FinalMetrics, TrainedModel } from '@sweepd/scheduler'
import type { Database } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { METRIC_COLUMNS, ORDER_SQL } from './trial-rows.js'

type Objective = SweepDefinition['objective']

/** Whether fewer than `count` completed trials of the sweep are better; reads at most `count` entries of one index. */
export async function ranksAmongBest(
  database: Database,
  sweepId: string,
  metrics: FinalMetrics,
  count: number,
): Promise<boolean> {
  const objective = await findObjective(database, sweepId)
  if (objective === undefined) return false
  const { trial: column } = METRIC_COLUMNS[objective.metric]
  const isBetter = objective.direction === 'maximize' ? Prisma.sql`>` : Prisma.sql`<`
  const better = await database.query(Prisma.sql`
    SELECT FROM trial t
    WHERE t.sweep_id = ${sweepId}::uuid AND t.state = 'completed'
      AND ${column} ${isBetter} ${metrics[objective.metric]}::float8
    LIMIT ${count}::int`)
  return better.length < count
}

/** Forgets the models of all but the best `count` trials of the sweep, of equal ones as its leaderboard orders them. */
export async function dropModels(database: Database, sweepId: string, count: number): Promise<number> {
  const objective = await findObjective(database, sweepId)
  if (objective === undefined) return 0
  const { trial: column } = METRIC_COLUMNS[objective.metric]
  const { order } = ORDER_SQL[objective.direction === 'maximize' ? 'desc' : 'asc']
  return database.execute(Prisma.sql`
    DELETE FROM trained_model WHERE trial_id IN (
      SELECT t.id FROM trained_model m JOIN trial t ON t.id = m.trial_id
      WHERE m.sweep_id = ${sweepId}::uuid
      ORDER BY ${column} ${order}, t.id ${order}
      OFFSET ${count}::int
    )`)
}

/** The model of a completed trial, if it was kept. */
export async function findModel(database: Database, trialId: string): Promise<TrainedModel | undefined> {
  if (!isUuid(trialId)) return undefined
  const [model] = await database.query<TrainedModel>(Prisma.sql`
    SELECT json, weights FROM trained_model WHERE trial_id = ${trialId}::uuid`)
  return model
}

async function findObjective(database: Database, sweepId: string): Promise<Objective | undefined> {
  if (!isUuid(sweepId)) return undefined
  const [sweep] = await database.query<{ objective: Objective }>(Prisma.sql`
    SELECT definition->'objective' AS objective FROM sweep WHERE id = ${sweepId}::uuid`)
  return sweep?.objective
}
