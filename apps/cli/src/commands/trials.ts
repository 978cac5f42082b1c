import type { SweepClient } from '@sweepd/client'
import type { MetricName, SortOrder, Trial, TrialState } from '@sweepd/core'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { listDiffering, listVaried } from '../render/hyperparameters.js'
import { renderLeaderboard } from '../render/leaderboard.js'
import { type CommandContext, connect, reply } from './context.js'

/** Which trials, and in what order. */
export interface TrialsOptions {
  readonly sweep?: string
  readonly sort: MetricName
  readonly order?: SortOrder
  readonly state?: TrialState
  /** As `lr<=0.001 optimizer=adam`. */
  readonly filter?: string
  readonly limit: number
}

/** `sweepd trials`: the leaderboard of one sweep or of all. */
export async function trials(options: TrialsOptions, context: CommandContext): Promise<ExitCode> {
  const client = connect(context)
  const { sweep, sort, order, state, filter, limit } = options
  const page = await client.listTrials({ sweepId: sweep, sort, order, state, filter, limit })
  const { items, nextCursor } = page
  const { terminal } = context
  if (context.isJson) return reply(context, page, () => [])
  if (items.length === 0) {
    terminal.print(
      filter === undefined
        ? 'There are no such trials. Submit a sweep: npx sweepd run examples/quickstart.json'
        : 'No trial fulfils the filter. Leave out a condition, or --filter altogether.',
    )
    return EXIT.ok
  }
  const columns = sweep === undefined ? await describeAll(client, items) : await describeOne(client, sweep)
  terminal.print(...renderLeaderboard({ trials: items, metric: sort, ...columns }, terminal))
  if (nextCursor !== null)
    terminal.print(`… and more than these ${items.length}: raise --limit (at most 500).`)
  return EXIT.ok
}

async function describeOne(client: SweepClient, sweepId: string) {
  return { varied: listVaried((await client.getSweep(sweepId)).space) }
}

async function describeAll(client: SweepClient, trials: readonly Trial[]) {
  const sweepIds = [...new Set(trials.map(({ sweepId }) => sweepId))]
  const names = await Promise.all(sweepIds.map(async (id) => [id, (await client.getSweep(id)).name] as const))
  return { varied: listDiffering(trials), sweepNames: new Map(names) }
}
