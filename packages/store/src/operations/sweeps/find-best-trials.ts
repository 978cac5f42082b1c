import { type SweepDefinition, TRIAL_STATES } from '@sweepd/core'
import type { Queryable } from '../../database.js'
import { Prisma, type Trial as TrialRow } from '../../generated/client.js'
import { METRIC_COLUMNS, ORDER_SQL, RUNNING_ATTEMPT, TRIAL_COLUMNS } from '../trials/trial-rows.js'

/** A sweep, and by what its best trial is chosen. */
export interface SweepObjective {
  readonly sweepId: string
  readonly objective: SweepDefinition['objective']
}

const ENDED_OR_QUEUED = TRIAL_STATES.filter((state) => state !== 'running')

/** The best trial of each sweep by its objective, of those that have the metric; by the id of the sweep. */
export async function findBestTrials(
  transaction: Queryable,
  sweeps: readonly SweepObjective[],
): Promise<Map<string, TrialRow>> {
  const found = new Map<string, TrialRow>()
  for (const group of groupByObjective(sweeps))
    for (const trial of await findBest(transaction, group)) found.set(trial.sweepId, trial)
  return found
}

interface ObjectiveGroup {
  readonly objective: SweepDefinition['objective']
  readonly sweepIds: string[]
}

/** At most one group for each metric and direction. */
function groupByObjective(sweeps: readonly SweepObjective[]): Iterable<ObjectiveGroup> {
  const groups = new Map<string, ObjectiveGroup>()
  for (const { sweepId, objective } of sweeps) {
    const name = `${objective.metric} ${objective.direction}`
    const group = groups.get(name) ?? { objective, sweepIds: [] }
    group.sweepIds.push(sweepId)
    groups.set(name, group)
  }
  return groups.values()
}

/** For each sweep the first entry of its index for each state, and its running trials. */
function findBest(transaction: Queryable, { objective, sweepIds }: ObjectiveGroup) {
  const { trial, attempt } = METRIC_COLUMNS[objective.metric]
  const { order } = ORDER_SQL[objective.direction === 'maximize' ? 'desc' : 'asc']
  return transaction.query<TrialRow>(Prisma.sql`
    SELECT ${TRIAL_COLUMNS}
    FROM (
      SELECT DISTINCT ON (sweep_id) id
      FROM (
        SELECT s.id AS sweep_id, first.id, first.value
        FROM unnest(${sweepIds}::uuid[]) AS s(id)
        CROSS JOIN unnest(${ENDED_OR_QUEUED}::trial_state[]) AS e(state)
        CROSS JOIN LATERAL (
          SELECT t.id, ${trial} AS value FROM trial t
          WHERE t.sweep_id = s.id AND t.state = e.state AND ${trial} IS NOT NULL
          ORDER BY ${trial} ${order}, t.id ${order}
          LIMIT 1
        ) first
        UNION ALL
        SELECT t.sweep_id, t.id, ${attempt}
        FROM attempt p JOIN trial t ON t.id = p.trial_id AND t.attempts = p.number
        WHERE p.outcome = 'running' AND t.state = 'running' AND t.sweep_id = ANY(${sweepIds}::uuid[])
          AND ${attempt} IS NOT NULL
      ) measured
      ORDER BY sweep_id, value ${order}, id ${order}
    ) best
    JOIN trial t ON t.id = best.id ${RUNNING_ATTEMPT}`)
}
