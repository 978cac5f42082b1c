import { type Sweep, TRIAL_STATES, type TrialState } from '@sweepd/core'
import type { Queryable } from '../../database.js'
import { type SweepSummary, toTrial } from '../../from-rows.js'
import { Prisma } from '../../generated/client.js'
import { accountForTrials } from './account-for-trials.js'
import { findBestTrials, type SweepObjective } from './find-best-trials.js'

/** What the trials of a sweep add up to. */
interface Sums extends Readonly<Record<TrialState, number>> {
  readonly sweepId: string
  readonly epochs: number
  readonly epochsLeft: number
  readonly epochsDone: number
  readonly trainDurationMs: number
  /** What the slowest running trial needs at the pace of its own epochs; null before its first. */
  readonly longestRemainderMs: number | null
}

interface SummarizedSweep extends SweepObjective {
  readonly planned: number
  readonly isGrowing: boolean
}

const NOTHING = {
  ...(Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Record<TrialState, number>),
  epochs: 0,
  epochsLeft: 0,
  epochsDone: 0,
  trainDurationMs: 0,
  longestRemainderMs: null,
}

/** Summaries of these sweeps, all of them with a few queries that do not read their trials. */
export async function summarizeSweeps(
  transaction: Queryable,
  sweeps: readonly SummarizedSweep[],
): Promise<(sweepId: string) => SweepSummary> {
  const sweepIds = sweeps.map(({ sweepId }) => sweepId)
  const sums = await sumTrials(transaction, sweepIds)
  const accounts = await accountForTrials(transaction, sweepIds)
  const bestTrials = await findBestTrials(transaction, sweeps)
  const plans = new Map(sweeps.map((sweep) => [sweep.sweepId, sweep]))
  return (sweepId) => {
    const ofSweep = sums.find((row) => row.sweepId === sweepId) ?? { sweepId, ...NOTHING }
    const trialCounts = countTrials(ofSweep)
    const { planned = 0, isGrowing = false } = plans.get(sweepId) ?? {}
    const unborn = isGrowing ? Math.max(0, planned - trialCounts.total) : 0
    const best = bestTrials.get(sweepId)
    return {
      trialCounts,
      accounting: accounts({ id: sweepId, planned }, trialCounts),
      ...estimateProgress(withUnborn(ofSweep, trialCounts.total, unborn)),
      bestTrial: best ? toTrial(best) : null,
    }
  }
}

/**
 * The tallies of these sweeps, and what their running attempts have done since they began, which is told to the tallies only
 * when they end.
 */
function sumTrials(transaction: Queryable, sweepIds: readonly string[]) {
  return transaction.query<Sums>(Prisma.sql`
    SELECT tally.*, tally."epochsLeft" - coalesce(now.epochs_done, 0) AS "epochsLeft",
           tally."epochsDone" + coalesce(now.epochs_done, 0) AS "epochsDone",
           tally."trainDurationMs" + coalesce(now.train_duration_ms, 0) AS "trainDurationMs",
           now.longest_remainder_ms AS "longestRemainderMs"
    FROM (
      SELECT sweep_id AS "sweepId", sum(queued)::int AS queued, sum(running)::int AS running,
             sum(completed)::int AS completed, sum(pruned)::int AS pruned, sum(failed)::int AS failed,
             sum(cancelled)::int AS cancelled, sum(epochs)::float8 AS epochs, sum(epochs_left)::float8 AS "epochsLeft",
             sum(epochs_done)::float8 AS "epochsDone", sum(train_duration_us)::float8 / 1000 AS "trainDurationMs"
      FROM sweep_tally
      WHERE sweep_id = ANY(${sweepIds}::uuid[])
      GROUP BY sweep_id
    ) tally
    LEFT JOIN (
      SELECT t.sweep_id, sum(a.epochs_done - t.epochs_done)::float8 AS epochs_done,
             sum(a.train_duration_ms - t.train_duration_ms) AS train_duration_ms,
             max((t.epochs - a.epochs_done) * a.train_duration_ms / nullif(a.epochs_done, 0)) AS longest_remainder_ms
      FROM attempt a JOIN trial t ON t.id = a.trial_id AND t.attempts = a.number
      WHERE a.outcome = 'running' AND t.state = 'running' AND t.sweep_id = ANY(${sweepIds}::uuid[])
      GROUP BY t.sweep_id
    ) now ON now.sweep_id = tally."sweepId"`)
}

function countTrials(sums: Sums): Sweep['trialCounts'] {
  const counts = Object.fromEntries(TRIAL_STATES.map((state) => [state, sums[state]])) as Record<
    TrialState,
    number
  >
  return { total: TRIAL_STATES.reduce((total, state) => total + sums[state], 0), ...counts }
}

/** Trials that are still to be suggested will have as many epochs as those that are there, on average. */
function withUnborn(sums: Sums, total: number, unborn: number): Sums {
  const epochs = total === 0 ? 0 : (unborn * sums.epochs) / total
  return { ...sums, epochs: sums.epochs + epochs, epochsLeft: sums.epochsLeft + epochs }
}

/**
 * Progress: epochs done over epochs planned; an ended trial counts whole. ETA: the epochs that remain at the mean
 * duration of those done so far, shared by the trials that run now, but no less than the slowest of these needs; null
 * before the first epoch, 0 once no epoch remains.
 */
function estimateProgress(sums: Sums): Pick<Sweep, 'progress' | 'etaMs'> {
  const { epochs, epochsLeft, epochsDone, trainDurationMs, running, longestRemainderMs } = sums
  const progress = epochs === 0 ? 1 : (epochs - epochsLeft) / epochs
  if (epochsLeft === 0) return { progress, etaMs: 0 }
  if (epochsDone === 0) return { progress, etaMs: null }
  const sharedMs = (epochsLeft * (trainDurationMs / epochsDone)) / Math.max(1, running)
  return { progress, etaMs: Math.round(Math.max(sharedMs, longestRemainderMs ?? 0)) }
}
