import type { SweepClient } from '@sweepd/client'
import type { Sweep } from '@sweepd/core'
import { formatReason } from '../render/event-line.js'
import { formatPoint, listVaried } from '../render/hyperparameters.js'
import { rankTrials, renderLeaderboard } from '../render/leaderboard.js'
import { toPlainLine } from '../render/text.js'
import type { Terminal } from '../terminal/terminal.js'
import { createBarsView } from './bars-view.js'
import { type FollowOptions, followSweep, type SweepView } from './follow-sweep.js'
import { createLinesView } from './lines-view.js'
import { listAllTrials } from './list-all-trials.js'

const MAX_ROWS = 50

/**
 * Shows a sweep until it ends, then its leaderboard and why trials failed; as JSON only the sweep and its trials at the end,
 * best first.
 * @returns whether it was completed and no trial failed.
 * @throws AbortError when the signal aborts; what the client throws.
 */
export async function followToEnd(
  client: SweepClient,
  sweepId: string,
  terminal: Terminal,
  { isJson = false, ...options }: FollowOptions & { readonly isJson?: boolean },
): Promise<boolean> {
  const view = isJson
    ? silentView
    : terminal.isInteractive
      ? createBarsView(terminal)
      : createLinesView(terminal)
  const sweep = await followSweep(client, sweepId, view, options)
  if (isJson) terminal.print(JSON.stringify(await readResult(client, sweep, options.signal), null, 2))
  else await printLeaderboard(client, sweep, terminal, options.signal)
  return sweep.state === 'completed' && sweep.trialCounts.failed === 0
}

const silentView: SweepView = { show() {}, showOutage() {}, close() {} }

async function readResult(client: SweepClient, sweep: Sweep, signal: AbortSignal) {
  const { metric, direction } = sweep.objective
  const order = direction === 'maximize' ? 'desc' : 'asc'
  const sorted = await listAllTrials(client, { sweepId: sweep.id, sort: metric, order }, signal)
  return { sweep, trials: rankTrials(sorted, metric) }
}

async function printLeaderboard(
  client: SweepClient,
  sweep: Sweep,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { metric } = sweep.objective
  const { trials } = await readResult(client, sweep, signal)
  const varied = listVaried(sweep.space)
  terminal.print(
    '',
    ...renderLeaderboard({ trials: trials.slice(0, MAX_ROWS), metric, varied }, terminal),
    ...(trials.length > MAX_ROWS
      ? [`… and ${trials.length - MAX_ROWS} more: npx sweepd trials --sweep ${sweep.id} --limit 500`]
      : []),
  )
  const { endReason, skipped } = sweep
  if (endReason !== null) terminal.print(`The sweep ended early: ${toPlainLine(endReason)}.`)
  if (skipped.count > 0)
    terminal.print(
      `${skipped.count} points were left out, such as ${JSON.stringify(skipped.points[0]?.point)}: ${skipped.points[0]?.reason}.`,
    )
  for (const trial of trials.filter(({ state }) => state === 'failed')) {
    const name = [`trial ${trial.number}`, formatPoint(trial.hyperparameters, varied)]
      .filter(Boolean)
      .join('  ')
    terminal.print(terminal.paint('red', `${name}  failed${formatReason(trial)}`))
  }
}
