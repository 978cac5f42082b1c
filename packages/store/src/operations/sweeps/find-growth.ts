import {
  type DatasetFacts,
  isEnded,
  parseStoredDefinition,
  parseStoredHyperparameters,
  type SweepDefinition,
} from '@sweepd/core'
import { type GrowingTrial, type Growth, type GrowthRevision, hasRungs, listRungs } from '@sweepd/scheduler'

import type { Database, Queryable } from '../../database.js'
import { toSkipped } from '../../from-rows.js'
import { Prisma } from '../../generated/client.js'
import { isUuid } from '../../is-uuid.js'
import { selectFacts } from '../datasets/read-datasets.js'
import { EPOCH_COLUMNS, METRIC_COLUMNS, RUNNING_ATTEMPT } from '../trials/trial-rows.js'
import { WORKER_STATE } from '../workers/workers.js'

/** Running sweeps that grow, hold trials at rungs, or have a budget: the only ones that take steps. */
const TAKES_STEPS = Prisma.sql`
  state = 'running' AND (
    growing OR definition -> 'pruner' ->> 'type' IN ('asha', 'iEpoch') OR jsonb_typeof(definition -> 'budget') = 'object'
  )`

interface SweepRow {
  readonly definition: unknown
  readonly planned: number
  readonly growing: boolean
  readonly maxParallel: number | null
  readonly skipped: unknown
  readonly elapsedMs: number
  readonly slots: number
  readonly ownFacts: DatasetFacts | null
  readonly maxTrialMemoryMiB: number | null
}

/** A trial with what is JSON in the database as it comes from there. */
interface TrialRow extends Omit<GrowingTrial, 'hyperparameters' | 'atRungs'> {
  readonly hyperparameters: unknown
  readonly atRungs: Readonly<Record<string, number>> | null
}

/** Ids of the sweeps that take steps. */
export async function listGrowingSweeps(database: Database): Promise<readonly string[]> {
  const sweeps = await database.query<{ id: string }>(
    Prisma.sql`SELECT id FROM sweep WHERE ${TAKES_STEPS} ORDER BY priority DESC, created_at, id`,
  )
  return sweeps.map(({ id }) => id)
}

/** What a sweep has come to, as it was at one moment. Asked after each trial of any sweep, so it looks before it reads. */
export async function findGrowth(database: Database, sweepId: string): Promise<Growth | undefined> {
  if (!isUuid(sweepId)) return undefined
  const isAsked = await database.prepared(
    Prisma.sql`SELECT 1 FROM sweep WHERE id = ${sweepId}::uuid AND ${TAKES_STEPS}`,
  )
  if (isAsked.length === 0) {
    forget(database, sweepId)
    return undefined
  }
  return database.snapshot(async (transaction) => {
    const [row] = await transaction.query<SweepRow>(Prisma.sql`
      SELECT definition, planned, growing, max_parallel AS "maxParallel", skipped,
             (extract(epoch FROM now() - created_at) * 1000)::float8 AS "elapsedMs",
             (SELECT coalesce(sum(w.slots), 0) FROM worker w WHERE ${WORKER_STATE} = 'alive')::int AS slots,
             max_trial_memory_mib AS "maxTrialMemoryMiB", ${selectFacts(Prisma.sql`sweep.dataset_digest`)} AS "ownFacts"
      FROM sweep WHERE id = ${sweepId}::uuid AND ${TAKES_STEPS}`)
    if (row === undefined) return undefined
    const definition = parseStoredDefinition(row.definition)
    const isWhole = row.growing || definition.budget !== null
    const revision = await readRevision(transaction, sweepId)
    const trials = await readTrials(transaction, { database, sweepId, definition, isWhole, revision })
    return {
      revision,
      definition,
      ownFacts: row.ownFacts ?? undefined,
      maxTrialMemoryMiB: row.maxTrialMemoryMiB,
      planned: row.planned,
      isGrowing: row.growing,
      maxParallel: row.maxParallel,
      slots: row.slots,
      elapsedMs: row.elapsedMs,
      skipped: toSkipped(row.skipped),
      trials,
      unbegun: revision.trials - trials.length,
    }
  })
}

/** What a step must find unchanged. Reads the tallies and the few trials that are held. */
export async function readRevision(transaction: Queryable, sweepId: string): Promise<GrowthRevision> {
  const [row] = await transaction.query<GrowthRevision>(Prisma.sql`
    SELECT s.history_version AS "historyVersion", coalesce(tally.trials, 0)::int AS trials,
           coalesce(tally.ended, 0)::int AS ended, (
             SELECT count(*) FROM trial
             WHERE sweep_id = s.id AND state = 'queued' AND not_before = 'infinity'
           )::int AS held
    FROM sweep s
    CROSS JOIN LATERAL (
      SELECT sum(queued + running + completed + pruned + failed + cancelled) AS trials,
             sum(completed + pruned + failed + cancelled) AS ended
      FROM sweep_tally WHERE sweep_id = s.id
    ) tally
    WHERE s.id = ${sweepId}::uuid`)
  if (row === undefined) throw new Error(`sweep ${sweepId} is gone while it grows`)
  return row
}

interface Wanted {
  readonly database: Database
  readonly sweepId: string
  readonly definition: SweepDefinition
  /** Also those that no attempt has begun. */
  readonly isWhole: boolean
  readonly revision: GrowthRevision
}

/** Ended trials of a sweep, by number: they never change, unless one of them is retried, which raises the version. */
interface Remembered {
  readonly version: number
  readonly ended: ReadonlyMap<number, GrowingTrial>
}

/** Sweeps that a process remembers: the one that was asked for longest ago is forgotten first. */
const MOST_SWEEPS = 20
const MEMORY = new WeakMap<Database, Map<string, Remembered>>()

/**
 * The trials in order of number. Ended ones are read once by each process: of 10,000 finished trials a step then reads
 * those that have ended since the step before, and those that run.
 */
async function readTrials(transaction: Queryable, wanted: Wanted): Promise<GrowingTrial[]> {
  const known = recall(wanted)
  const trials = await readUnknown(transaction, wanted, known)
  const ended = new Map([...known, ...trials.filter(hasEnded).map((trial) => [trial.number, trial] as const)])
  // Somebody changed the database by hand, or restored a backup: what is remembered is of another world.
  if (known.size > 0 && ended.size !== wanted.revision.ended) {
    forget(wanted.database, wanted.sweepId)
    return readTrials(transaction, wanted)
  }
  remember(wanted, ended)
  return [...ended.values(), ...trials.filter((trial) => !hasEnded(trial))].sort(
    (a, b) => a.number - b.number,
  )
}

const hasEnded = ({ state }: GrowingTrial): boolean => isEnded(state)

async function readUnknown(
  transaction: Queryable,
  { sweepId, definition, isWhole }: Wanted,
  known: ReadonlyMap<number, GrowingTrial>,
): Promise<GrowingTrial[]> {
  const { metric } = definition.objective
  const { trial, attempt } = METRIC_COLUMNS[metric]
  const firstUnknown = findGap(known)
  const beyond = [...known.keys()].filter((number) => number > firstUnknown)
  const unknown = Prisma.sql`
    t.sweep_id = ${sweepId}::uuid AND t.number >= ${firstUnknown}::int AND t.number <> ALL(${beyond}::int[])`
  const longest = hasRungs(definition.pruner)
    ? [...known.values()].reduce(
        (most, { epochs }) => Math.max(most, epochs),
        await findLongest(transaction, unknown),
      )
    : 1
  const rungs = listRungs(definition.pruner, longest)
  const begun = isWhole ? Prisma.empty : Prisma.sql`AND (t.attempts > 0 OR t.state <> 'queued')`
  const rows = await transaction.query<TrialRow>(Prisma.sql`
    SELECT t.id, t.number, t.state, coalesce(t.state = 'queued' AND t.not_before = 'infinity', false) AS "isHeld",
           coalesce(t.state = 'queued' AND t.not_before > now() AND t.not_before < 'infinity', false) AS "isDelayed",
           t.attempts, t.epochs, coalesce(p.epochs_done, t.epochs_done) AS "epochsDone",
           coalesce(p.train_duration_ms, t.train_duration_ms) AS "trainDurationMs", t.hyperparameters,
           t.hyperparameters_hash AS "hyperparametersHash", coalesce(${attempt}, ${trial}) AS value,
           t.error_class AS "errorClass", ${selectRungs(rungs, EPOCH_COLUMNS[metric])} AS "atRungs"
    FROM trial t ${RUNNING_ATTEMPT}
    WHERE ${unknown} ${begun}
    ORDER BY t.number`)
  return rows.map((row) => ({
    ...row,
    hyperparameters: parseStoredHyperparameters(row.hyperparameters),
    atRungs: new Map(Object.entries(row.atRungs ?? {}).map(([epoch, value]) => [Number(epoch), value])),
  }))
}

/** Epochs of the longest of these trials. */
async function findLongest(transaction: Queryable, which: Prisma.Sql): Promise<number> {
  const [row] = await transaction.query<{ longest: number | null }>(
    Prisma.sql`SELECT max(t.epochs) AS longest FROM trial t WHERE ${which}`,
  )
  return row?.longest ?? 1
}

function selectRungs(rungs: readonly number[], metric: Prisma.Sql): Prisma.Sql {
  if (rungs.length === 0) return Prisma.sql`NULL::json`
  return Prisma.sql`(
    SELECT json_object_agg(e.epoch, ${metric}) FROM epoch e
    WHERE e.trial_id = t.id AND e.retry = t.retries AND e.epoch = ANY(${rungs}::int[])
  )`
}

/** The lowest number that is not known. */
function findGap(known: ReadonlyMap<number, GrowingTrial>): number {
  let number = 0
  while (known.has(number)) number++
  return number
}

function recall({ database, sweepId, revision }: Wanted): ReadonlyMap<number, GrowingTrial> {
  const remembered = MEMORY.get(database)?.get(sweepId)
  return remembered?.version === revision.historyVersion ? remembered.ended : new Map()
}

function remember({ database, sweepId, revision }: Wanted, ended: ReadonlyMap<number, GrowingTrial>): void {
  const sweeps = MEMORY.get(database) ?? new Map<string, Remembered>()
  MEMORY.set(database, sweeps)
  sweeps.delete(sweepId)
  sweeps.set(sweepId, { version: revision.historyVersion, ended })
  for (const oldest of [...sweeps.keys()].slice(0, -MOST_SWEEPS)) sweeps.delete(oldest)
}

function forget(database: Database, sweepId: string): void {
  MEMORY.get(database)?.delete(sweepId)
}
