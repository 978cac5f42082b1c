import { countPlanned, isEnded, type Sweep, TRIAL_STATES } from '@sweepd/core'
import type { ExitCode } from '../exit-codes.js'
import type { Column } from '../render/columns.js'
import { formatMetric } from '../render/numbers.js'
import { renderTable } from '../render/table.js'
import { toPlainLine, truncate } from '../render/text.js'
import { type CommandContext, connect, reply } from './context.js'

const MAX_NAME = 40

/** `sweepd sweeps`: the newest sweeps and how far they are. */
export async function sweeps({ limit }: { limit: number }, context: CommandContext): Promise<ExitCode> {
  const page = await connect(context).listSweeps({ limit })
  return reply(context, page, () => {
    const { items, nextCursor } = page
    if (items.length === 0)
      return ['There are no sweeps yet. Submit one: npx sweepd run examples/quickstart.json']
    return [
      ...renderTable(createColumns(items), context.terminal),
      ...(nextCursor === null ? [] : [`The newest ${items.length}; there are more: raise --limit.`]),
    ]
  })
}

function createColumns(items: readonly Sweep[]): Column[] {
  const column = (head: string, show: (sweep: Sweep) => string, layout: Partial<Column> = {}): Column => ({
    cells: [head, ...items.map(show)],
    ...layout,
  })
  return [
    column('sweep', ({ id }) => id),
    column('name', ({ name }) => truncate(toPlainLine(name), MAX_NAME), { dropRank: 6 }),
    column('state', ({ state }) => state, { dropRank: 7 }),
    column('trials', describeProgress, { align: 'right', dropRank: 5 }),
    column('failed', ({ trialCounts }) => String(trialCounts.failed), { align: 'right', dropRank: 3 }),
    column('best', describeBest, { dropRank: 4 }),
    column('data set', ({ dataset }) => dataset, { dropRank: 2 }),
    column('created', ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' '), { dropRank: 1 }),
  ]
}

function describeProgress(sweep: Sweep): string {
  const ended = TRIAL_STATES.filter(isEnded).reduce((sum, state) => sum + sweep.trialCounts[state], 0)
  return `${ended}/${countPlanned(sweep)}`
}

const describeBest = ({ bestTrial, objective: { metric } }: Sweep): string =>
  bestTrial === null ? '–' : `${metric} ${formatMetric(bestTrial.metrics[metric])} (#${bestTrial.number})`
