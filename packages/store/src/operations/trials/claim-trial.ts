import { FORMAT_VERSION, parseStoredDefinition, parseStoredHyperparameters } from '@sweepd/core'
import type { ClaimedTrial, TrialClaim } from '@sweepd/scheduler'
import type { Database, Queryable } from '../../database.js'
import { Prisma } from '../../generated/client.js'
import { requeueTrial } from './end-attempt.js'

interface ClaimedRow {
  readonly trialId: string
  readonly sweepId: string
  readonly sweepName: string
  readonly number: number
  readonly attempt: number
  readonly alone: boolean
  readonly epochsDone: number
  readonly hyperparameters: unknown
  readonly definition: unknown
  readonly datasetDigest: string | null
  readonly checkpoint: Uint8Array | null
}

/** What a claim found; `trialId` is null if it claimed nothing. */
interface ClaimRow extends Omit<ClaimedRow, 'trialId'> {
  readonly trialId: string | null
  /** Sweeps with `maxParallel` wait: nothing was claimed, as those must be locked first. */
  readonly isLimited: boolean
  /** A trial was found, but it had changed since the statement began. */
  readonly isFound: boolean
  /** Running sweeps of a format that this version does not know. */
  readonly foreign: readonly { readonly id: string; readonly name: string; readonly version: number }[] | null
}

/** Sweeps that this process cannot read and has reported, by id. */
const UNREADABLE = new WeakMap<Database, Map<string, string>>()

/**
 * queued → running for the best claimable trial, which is usually one statement. A sweep that this version cannot read is
 * left to other workers: by its format's version, before anything is claimed; else a trial that turns out to be
 * unreadable is given back.
 */
export async function claimTrial(database: Database, claim: TrialClaim): Promise<ClaimedTrial | undefined> {
  for (;;) {
    const row = await claimRow(database, claim)
    if (row === undefined) return undefined
    try {
      return readRow(row)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      leave(database, claim, row.sweepId, row.sweepName, problem)
      await requeueTrial(database, row, { outcome: 'released', error: null, delayMs: 0 })
    }
  }
}

async function claimRow(database: Database, claim: TrialClaim): Promise<ClaimedRow | undefined> {
  for (;;) {
    const excluded = [...(UNREADABLE.get(database)?.keys() ?? [])]
    const [row] = await database.prepared<ClaimRow>(claimUnlimited(excluded, claim))
    if (row === undefined) return undefined
    for (const { id, name, version } of row.foreign ?? [])
      leave(
        database,
        claim,
        id,
        name,
        `it has format ${version}, and this version knows formats up to ${FORMAT_VERSION}`,
      )
    if (row.trialId !== null) return row as ClaimedRow
    if (row.isLimited) return claimAmongLimited(database, excluded, claim)
    if (!row.isFound) return undefined
  }
}

function readRow(row: ClaimedRow): ClaimedTrial {
  const { definition, hyperparameters, checkpoint, sweepName: _, ...rest } = row
  const { trialId, sweepId, attempt, number, epochsDone, alone, datasetDigest } = rest
  const { dataset, validationSize, seed, pruner, objective } = parseStoredDefinition(definition)
  return {
    trialId,
    attempt,
    sweepId,
    number,
    dataset,
    datasetDigest,
    validationSize,
    seed,
    hyperparameters: parseStoredHyperparameters(hyperparameters),
    epochsDone,
    checkpoint: checkpoint ? new Uint8Array(checkpoint) : undefined,
    pruning: { pruner, objective },
    alone,
  }
}

/** Reports, once, that this sweep is left to other workers. */
function leave(
  database: Database,
  claim: TrialClaim,
  sweepId: string,
  sweepName: string,
  problem: string,
): void {
  const known = UNREADABLE.get(database) ?? new Map<string, string>()
  UNREADABLE.set(database, known)
  if (known.has(sweepId)) return
  known.set(sweepId, problem)
  claim.onUnreadable?.({ sweepId, sweepName, problem })
}

/** Sweeps that may be claimed from. */
const readable = (excluded: readonly string[]): Prisma.Sql =>
  Prisma.sql`state = 'running' AND format_version <= ${FORMAT_VERSION}::int AND id <> ALL(${excluded}::uuid[])`

/**
 * The first trial of these sweeps that may start, locked. Racing claims skip each other's trials and get different
 * ones.
 */
const bestOf = (sweeps: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT next.id, next.attempts
  FROM (SELECT id, priority, created_at FROM sweep WHERE ${sweeps} ORDER BY priority DESC, created_at, id) s
  CROSS JOIN LATERAL (
    SELECT id, attempts FROM trial
    WHERE sweep_id = s.id AND state = 'queued' AND (not_before IS NULL OR not_before <= now())
    ORDER BY number
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
  ) next
  ORDER BY s.priority DESC, s.created_at, s.id
  LIMIT 1`

/**
 * Claims in one statement, which sees the checkpoint and the epochs as they were when it began, and locks the trial as it is
 * then. Both are the same state of the trial if the number of its attempts is the same: only an attempt changes them.
 */
function claimUnlimited(excluded: readonly string[], claim: TrialClaim): Prisma.Sql {
  return Prisma.sql`
    WITH limited AS MATERIALIZED (
      SELECT EXISTS (
        SELECT FROM sweep
        WHERE ${readable(excluded)} AND max_parallel IS NOT NULL
          AND EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
      ) AS is_waiting
    ), best AS MATERIALIZED (
      ${bestOf(Prisma.sql`${readable(excluded)} AND max_parallel IS NULL AND NOT (SELECT is_waiting FROM limited)`)}
    ), ${startAttempt(claim)}
    SELECT (SELECT is_waiting FROM limited) AS "isLimited", EXISTS (SELECT FROM best) AS "isFound", (
             SELECT json_agg(json_build_object('id', id, 'name', name, 'version', format_version)) FROM sweep
             WHERE state = 'running' AND format_version > ${FORMAT_VERSION}::int
           ) AS foreign, opened.*
    FROM (SELECT) AS one LEFT JOIN opened ON true`
}

/**
 * The same where sweeps have a limit: how many trials of them run can be counted by one claim at a time only, so they
 * are locked first. A sweep that got its limit after that is left to the next claim.
 */
function claimAmongLimited(
  database: Database,
  excluded: readonly string[],
  claim: TrialClaim,
): Promise<ClaimedRow | undefined> {
  return database.transaction(async (transaction) => {
    const limited = await lockLimitedSweeps(transaction, excluded)
    const hasRoom = Prisma.sql`
      max_parallel IS NULL OR id = ANY(${limited}::uuid[]) AND max_parallel > (
        SELECT count(*) FROM trial WHERE sweep_id = sweep.id AND trial.state = 'running'
      )`
    const [best] = await transaction.query<{ id: string; attempts: number }>(
      Prisma.sql`${bestOf(Prisma.sql`${readable(excluded)} AND (${hasRoom})`)}`,
    )
    if (best === undefined) return undefined
    const [claimed] = await transaction.query<ClaimedRow>(Prisma.sql`
      WITH best AS (SELECT ${best.id}::uuid AS id, ${best.attempts}::int AS attempts), ${startAttempt(claim)}
      SELECT * FROM opened`)
    return claimed
  })
}

/** In an order that all agree on. */
async function lockLimitedSweeps(transaction: Queryable, excluded: readonly string[]): Promise<string[]> {
  const sweeps = await transaction.query<{ id: string }>(Prisma.sql`
    SELECT id FROM sweep
    WHERE ${readable(excluded)} AND max_parallel IS NOT NULL
      AND EXISTS (SELECT FROM trial WHERE sweep_id = sweep.id AND trial.state = 'queued')
    ORDER BY id
    FOR NO KEY UPDATE`)
  return sweeps.map(({ id }) => id)
}

/** Opens the attempt; epochs and metrics up to the checkpoint stay, those beyond it are dropped. */
const startAttempt = ({ workerId, leaseMs }: TrialClaim): Prisma.Sql => Prisma.sql`
  last AS (
    SELECT t.id, c.data, coalesce(c.epoch, 0) AS epoch, e.loss, e.acc, e.val_loss, e.val_acc, (
             SELECT coalesce(sum(done.duration_ms), 0) FROM epoch done
             WHERE done.trial_id = t.id AND done.retry = t.retries AND done.epoch <= c.epoch
           ) AS train_duration_ms
    FROM best
    JOIN trial t ON t.id = best.id AND t.attempts = best.attempts
    LEFT JOIN checkpoint c ON c.trial_id = t.id
    LEFT JOIN epoch e ON e.trial_id = t.id AND e.retry = t.retries AND e.epoch = c.epoch
  ), claimed AS (
    UPDATE trial
    SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()), not_before = NULL,
        epochs_done = last.epoch, train_duration_ms = last.train_duration_ms, loss = NULL, acc = NULL,
        val_loss = NULL, val_acc = NULL
    FROM last WHERE trial.id = last.id
    RETURNING trial.*
  ), begun AS (
    INSERT INTO attempt (trial_id, number, retry, worker_id, lease_expires_at, epochs_done, train_duration_ms,
                         loss, acc, val_loss, val_acc)
    SELECT claimed.id, attempts, retries, ${workerId}, now() + ${leaseMs}::float8 * interval '1 ms', last.epoch,
           last.train_duration_ms, last.loss, last.acc, last.val_loss, last.val_acc
    FROM claimed CROSS JOIN last
  ), dropped AS (
    DELETE FROM epoch USING claimed
    WHERE epoch.trial_id = claimed.id AND epoch.retry = claimed.retries AND epoch.epoch > claimed.epochs_done
  ), opened AS (
    SELECT claimed.id AS "trialId", claimed.sweep_id AS "sweepId", claimed.number, claimed.attempts AS attempt,
           claimed.hyperparameters, claimed.alone, claimed.epochs_done AS "epochsDone", last.data AS checkpoint,
           sweep.definition, sweep.name AS "sweepName", sweep.dataset_digest AS "datasetDigest"
    FROM claimed CROSS JOIN last JOIN sweep ON sweep.id = claimed.sweep_id
  )`
