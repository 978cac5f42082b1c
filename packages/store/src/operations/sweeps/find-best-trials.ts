import type { MetricName, SweepDefinition } from '@sweepd/core'
import type { Prisma, Sweep as SweepRow, Trial as TrialRow } from '../../generated/client.js'
import { METRIC_COLUMNS, ORDER_SQL } from '../trials/metric-columns.js'
import { TRIAL_COLUMNS } from '../trials/trial-columns.js'

/** The best trial of each sweep by its objective, of those that have the metric; by the id of the sweep. */
export async function findBestTrials(
  transaction: Prisma.TransactionClient,
  sweeps: readonly SweepRow[],
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
function groupByObjective(sweeps: readonly SweepRow[]): Iterable<ObjectiveGroup> {
  const groups = new Map<string, ObjectiveGroup>()
  for (const { id, definition } of sweeps) {
    const { objective } = definition as SweepDefinition
    const name = `${objective.metric} ${objective.direction}`
    const group = groups.get(name) ?? { objective, sweepIds: [] }
    group.sweepIds.push(id)
    groups.set(name, group)
  }
  return groups.values()
}

/** For val_acc the first entry of the index (sweep_id, val_acc, id) for each sweep. */
function findBest(transaction: Prisma.TransactionClient, { objective, sweepIds }: ObjectiveGroup) {
  const column = METRIC_COLUMNS[objective.metric satisfies MetricName]
  const { order } = ORDER_SQL[objective.direction === 'maximize' ? 'desc' : 'asc']
  return transaction.$queryRaw<TrialRow[]>`
    SELECT best.*
    FROM unnest(${sweepIds}::uuid[]) AS s(id)
    CROSS JOIN LATERAL (
      SELECT ${TRIAL_COLUMNS}
      FROM trial t
      WHERE t.sweep_id = s.id AND ${column} IS NOT NULL
      ORDER BY ${column} ${order}, t.id ${order}
      LIMIT 1
    ) best`
}
