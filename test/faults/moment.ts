import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '@sweepd/testing'
import { askPostgres } from './deployment/ask-servers.js'
import type { Random } from './random.js'

/** No later than this share of the sweep's epochs, so that there is something left to lose. */
const LATEST_SHARE = 0.4

/** Up to this long after an epoch, in milliseconds: about the time of one. */
const LONGEST_PAUSE_MS = 400

/** What to wait for. */
export interface MomentOptions {
  readonly databaseUrl: string
  readonly sweepId: string
  /** At least so many trials run at the moment. */
  readonly running: number
  readonly random: Random
  readonly deadlineMs: number
}

/** Waits for a random moment of the sweep at which trials run, and returns the ids of those. */
export async function waitForMoment(options: MomentOptions): Promise<string[]> {
  const { databaseUrl, sweepId, running, random, deadlineMs } = options
  const share = random() * LATEST_SHARE
  const pauseMs = random() * LONGEST_PAUSE_MS
  const isDue = async () => (await measureProgress(databaseUrl, sweepId)) > share
  await waitUntil(`${Math.round(share * 100)} % of the epochs are done`, isDue, deadlineMs)
  await delay(pauseMs)
  let trials: string[] = []
  const areRunning = async () => {
    trials = await listRunning(databaseUrl, sweepId)
    return trials.length >= running
  }
  await waitUntil(`${running} trials run`, areRunning, deadlineMs)
  return trials
}

async function measureProgress(databaseUrl: string, sweepId: string): Promise<number> {
  const [row] = await askPostgres<{ share: number }>(
    databaseUrl,
    `SELECT (SELECT count(*) FROM journal.entry WHERE kind = 'epoch')::float8 / sum(epochs) AS share
     FROM trial WHERE sweep_id = $1`,
    [sweepId],
  )
  return row?.share ?? 0
}

async function listRunning(databaseUrl: string, sweepId: string): Promise<string[]> {
  const rows = await askPostgres<{ id: string }>(
    databaseUrl,
    `SELECT id FROM trial WHERE sweep_id = $1 AND state = 'running'
     AND EXISTS (SELECT FROM journal.entry WHERE kind = 'epoch' AND entry.id = trial.id)`,
    [sweepId],
  )
  return rows.map(({ id }) => id)
}
