import type { Worker, WorkerState } from '@sweepd/core'
import type { Style } from '../terminal/paint.js'
import type { Column } from './columns.js'
import { formatDuration } from './numbers.js'
import { renderTable, type TableTarget } from './table.js'
import { toPlainLine } from './text.js'

const STATE_STYLES: Readonly<Record<WorkerState, Style>> = {
  alive: 'green',
  waiting: 'yellow',
  draining: 'yellow',
  stopped: 'dim',
  lost: 'red',
}

/** Workers as a table; `nowMs` is the time that they are shown at. */
export function renderWorkers(workers: readonly Worker[], nowMs: number, target: TableTarget): string[] {
  return renderTable(createColumns(workers, nowMs), target, (cell, row) => {
    const state = workers[row]?.state
    return cell === state ? target.paint(STATE_STYLES[state], cell) : cell
  })
}

/** What a table has no room for: why a worker waits, and which of its slots are retired. */
export function describeSlotFaults(workers: readonly Worker[]): string[] {
  return workers.flatMap(({ id, state, waitingReason, slotDetails }) => {
    const retired = slotDetails.filter((slot) => slot.state === 'retired')
    return [
      ...(state === 'waiting' ? [`${id} waits: ${waitingReason ?? 'it has no slot yet'}`] : []),
      ...retired.map(({ gpu, detail }) => `${id}: a slot${gpu ? ` on ${gpu}` : ''} is retired: ${detail}`),
    ].map(toPlainLine)
  })
}

function createColumns(workers: readonly Worker[], nowMs: number): Column[] {
  const column = (head: string, show: (worker: Worker) => string, layout: Partial<Column> = {}): Column => ({
    cells: [head, ...workers.map((worker) => toPlainLine(show(worker)))],
    ...layout,
  })
  return [
    column('worker', ({ id }) => id),
    column('host', ({ host }) => host, { dropRank: 2 }),
    column('engine', ({ engine, device }) => `${engine} ${device}`, { dropRank: 4 }),
    column('busy', ({ trials, slots }) => `${trials.length}/${slots}`, { align: 'right', dropRank: 5 }),
    column('trains', describeTrials, { dropRank: 3 }),
    column('version', ({ version }) => version, { dropRank: 0 }),
    column('last seen', ({ lastSeenAt }) => formatAge(nowMs - Date.parse(lastSeenAt)), {
      dropRank: 1,
      align: 'right',
    }),
    column('state', ({ state }) => state),
  ]
}

const describeTrials = ({ trials }: Worker): string =>
  trials.map(({ number, epochsDone, epochs }) => `#${number} (${epochsDone}/${epochs})`).join(', ') || '–'

/** The clocks of this machine and the store's may differ by a little. */
const formatAge = (ageMs: number): string => `${formatDuration(Math.max(0, ageMs))} ago`
