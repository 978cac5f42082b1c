import type { SweepClient } from '@sweepd/client'
import { followSweep } from '../follow/follow-sweep.js'
import { createLinesView } from '../follow/lines-view.js'
import type { Terminal } from '../terminal/terminal.js'
import { collectResults, type ModelResult } from './collect-results.js'
import type { Report } from './report.js'
import { describeMachine } from './report.js'
import { type Shortening, type SubmittedSweep, submitSweeps } from './submit-sweeps.js'

const LOOK_INTERVAL_MS = 2000

/**
 * Trains the seed's models through the service, resuming if it was interrupted, and reports every epoch.
 * @throws CliError naming a model whose trial did not complete; AbortError; what the client throws
 */
export async function trainModels(
  client: SweepClient,
  shortening: Shortening,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Omit<Report, 'commit'>> {
  const submitted = await submitSweeps(client, shortening)
  await Promise.all(submitted.map((each) => follow(client, each, terminal, signal)))
  const results = await collectResults(client, submitted)
  return {
    machine: describeMachine(),
    wallTimeMs: measureWallTime(results),
    wasInterrupted: submitted.some(({ isResumed }) => isResumed),
    results,
  }
}

/** Lines with the time of day and the sweep's name. */
async function follow(
  client: SweepClient,
  { sweep, isResumed }: SubmittedSweep,
  { print, paint }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const printLines = (...lines: string[]) =>
    print(...lines.map((line) => `${new Date().toTimeString().slice(0, 8)}  ${sweep.name}  ${line}`))
  const { total, completed } = sweep.trialCounts
  printLines(isResumed ? `resuming: ${completed} of ${total} trials are completed` : `${total} trials`)
  const view = createLinesView({ print: printLines, paint })
  await followSweep(client, sweep.id, view, { signal, fromStart: !isResumed, intervalMs: LOOK_INTERVAL_MS })
}

function measureWallTime(results: readonly ModelResult[]): number {
  const times = (key: 'startedAt' | 'finishedAt') =>
    results.map(({ trial }) => Date.parse(trial[key] ?? '')).filter(Number.isFinite)
  return Math.max(...times('finishedAt')) - Math.min(...times('startedAt'))
}
