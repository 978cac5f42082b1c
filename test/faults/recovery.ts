import type { JournalEntry } from './journal.js'

/** How long it took from the fault, in milliseconds. */
export interface Recovery {
  /** Until things were mended: a killed server started again, a shut door opened. */
  readonly lastedMs: number
  /** Until the first epoch of any trial was stored. */
  readonly firstEpochMs: number
  /** Until each trial that ran when it happened had stored another epoch, or ended. */
  readonly allRunningMs: number
  /** Until the sweep was completed. */
  readonly endMs: number
}

/** Measures recovery by the commits after the fault. */
export function measureRecovery(
  journal: readonly JournalEntry[],
  fault: { readonly atMs: number; readonly overMs: number; readonly trials: readonly string[] },
): Recovery {
  const after = journal.filter(({ atMs }) => atMs > fault.atMs)
  const since = (isIt: (entry: JournalEntry) => boolean) =>
    (after.find(isIt)?.atMs ?? Number.NaN) - fault.atMs
  const goesOn = ({ kind, state }: JournalEntry) => kind === 'epoch' || state === 'completed'
  return {
    lastedMs: fault.overMs - fault.atMs,
    firstEpochMs: since(({ kind }) => kind === 'epoch'),
    allRunningMs: Math.max(...fault.trials.map((id) => since((entry) => entry.id === id && goesOn(entry)))),
    endMs: since(({ kind, state }) => kind === 'sweep' && state === 'completed'),
  }
}
