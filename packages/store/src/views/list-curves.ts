import type { EpochMetrics, TrialState } from '@sweepd/core'
import type { RecordedCurve } from '@sweepd/scheduler'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'
import { isUuid } from '../is-uuid.js'

interface CurveRow extends EpochMetrics {
  readonly trialId: string
  readonly number: number
  readonly state: TrialState
}

/** The epochs of these trials since each began or was last retried, all with one query. */
export async function listCurves(
  database: Database,
  trialIds: readonly string[],
): Promise<readonly RecordedCurve[]> {
  const ids = trialIds.filter(isUuid)
  const rows = await database.query<CurveRow | (CurveRow & { epoch: null })>(Prisma.sql`
    SELECT t.id AS "trialId", t.number, t.state, e.epoch, e.loss, e.acc, e.val_loss, e.val_acc,
           e.duration_ms AS "durationMs"
    FROM trial t LEFT JOIN epoch e ON e.trial_id = t.id AND e.retry = t.retries
    WHERE t.id = ANY(${ids}::uuid[])
    ORDER BY t.id, e.epoch`)
  const byTrial = new Map<string, typeof rows>()
  for (const row of rows) byTrial.set(row.trialId, [...(byTrial.get(row.trialId) ?? []), row])
  return ids.flatMap((id) => {
    const [first, ...others] = byTrial.get(id.toLowerCase()) ?? []
    if (first === undefined) return []
    const { trialId, number, state } = first
    return [{ trialId, number, state, epochs: [first, ...others].filter(hasEpoch).map(toEpoch) }]
  })
}

const hasEpoch = (row: { readonly epoch: number | null }): boolean => row.epoch !== null

const toEpoch = ({ epoch, loss, acc, val_loss, val_acc, durationMs }: CurveRow): EpochMetrics => ({
  epoch,
  loss,
  acc,
  val_loss,
  val_acc,
  durationMs,
})
