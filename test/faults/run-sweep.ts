import { createClient, type SweepClient } from '@sweepd/client'
import type { Sweep, TrialDetail } from '@sweepd/core'
import type { CleanUp } from '@sweepd/process'
import { waitUntil } from '@sweepd/testing'
import { askPostgres } from './deployment/ask-servers.js'
import { Deployment } from './deployment/deployment.js'
import { type Needs, type QueueBackend, startServers } from './deployment/servers.js'
import type { SuiteForm } from './form.js'
import { installJournal, type JournalEntry, readJournal } from './journal.js'

/** A sweep that runs on a deployment of its own. */
export interface RunningSweep {
  readonly deployment: Deployment
  readonly client: SweepClient
  readonly sweepId: string
  readonly databaseUrl: string
}

/** What is left when all is over. */
export interface EndedSweep {
  readonly outcome: Outcome
  readonly journal: readonly JournalEntry[]
  /** Processes that ended otherwise than they were told to. */
  readonly wrongEnds: readonly string[]
  /** Checkpoints that nobody needs any more. */
  readonly checkpointsLeft: number
}

/** Deploys everything anew and creates the sweep of this form. */
export async function startSweep(
  backend: QueueBackend,
  form: SuiteForm,
  needs: Needs,
  cleanUp: CleanUp,
): Promise<RunningSweep> {
  const servers = await startServers(backend, needs, cleanUp)
  const databaseUrl = servers.postgres.url
  await installJournal(databaseUrl)
  const deployment = await Deployment.start(servers, form, cleanUp)
  const client = createClient({ baseUrl: deployment.apiUrl })
  const { id: sweepId } = await client.createSweep(form.definition)
  return { deployment, client, sweepId, databaseUrl }
}

/** Waits until the sweep is completed. Throws, with what trials and processes say, if it is not in time. */
export async function waitForEnd(
  { deployment, sweepId, databaseUrl }: RunningSweep,
  deadlineMs: number,
): Promise<void> {
  const sql = "SELECT 1 FROM sweep WHERE id = $1 AND state = 'completed'"
  const hasEnded = async () => (await askPostgres(databaseUrl, sql, [sweepId])).length > 0
  await waitUntil('the sweep is completed', hasEnded, deadlineMs).catch(async (error: Error) => {
    const trials = await askPostgres(
      databaseUrl,
      'SELECT number, state, attempts, epochs_done FROM trial ORDER BY number',
    )
    throw new Error(
      [error.message, ...trials.map((row) => JSON.stringify(row)), deployment.readLogs()].join('\n'),
    )
  })
}

/** Has everybody leave and reads what is there; workers first, so that whatever a late one reports is in it. */
export async function concludeSweep(sweep: RunningSweep): Promise<EndedSweep> {
  const { deployment, client, sweepId, databaseUrl } = sweep
  await Promise.all(deployment.workers.map((worker) => worker.stop()))
  const outcome = await readOutcome(client, sweepId)
  const wrongEnds = await deployment.leave()
  const checkpoints = await askPostgres(databaseUrl, 'SELECT 1 FROM checkpoint')
  return { outcome, wrongEnds, checkpointsLeft: checkpoints.length, journal: await readJournal(databaseUrl) }
}

/** A sweep that has ended, as the api shows it. */
export interface Outcome {
  readonly sweep: Sweep
  /** In order of number. */
  readonly trials: readonly TrialDetail[]
}

/** Reads a sweep with all its trials. */
async function readOutcome(client: SweepClient, sweepId: string): Promise<Outcome> {
  const sweep = await client.getSweep(sweepId)
  const { items } = await client.listTrials({ sweepId, limit: 500 })
  const trials = await Promise.all(items.map(({ id }) => client.getTrial(id)))
  return { sweep, trials: trials.toSorted((a, b) => a.number - b.number) }
}
