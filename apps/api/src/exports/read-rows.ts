import type { Trial } from '@sweepd/core'
import type { SweepStore } from '@sweepd/scheduler'
import { type ExportRow, type ExportSubject, toEpochRow, toTrialRow } from './export-columns.js'

const TRIALS_PER_PAGE = 500
/** Of several trials; one trial alone may have more, at most 10,000. */
const EPOCHS_PER_PAGE = 5000

/**
 * The rows of an export, page by page in order of the trials' numbers. Each page is read when the one before has been
 * taken, so that a slow reader slows the reading, and memory holds one page whatever the size of the sweep.
 */
export async function* readRows(
  store: SweepStore,
  sweepId: string,
  subject: ExportSubject,
): AsyncGenerator<readonly ExportRow[]> {
  for await (const trials of readTrials(store, sweepId)) {
    if (subject === 'trials') yield trials.map(toTrialRow)
    else yield* readEpochs(store, trials)
  }
}

async function* readTrials(store: SweepStore, sweepId: string): AsyncGenerator<readonly Trial[]> {
  let from = 0
  for (;;) {
    const trials = await store.listByNumber({ sweepId, from, limit: TRIALS_PER_PAGE })
    const last = trials.at(-1)
    if (last === undefined) return
    yield trials
    from = last.number + 1
  }
}

async function* readEpochs(
  store: SweepStore,
  trials: readonly Trial[],
): AsyncGenerator<readonly ExportRow[]> {
  for (const group of groupByEpochs(trials)) {
    const curves = await store.listCurves(group)
    yield curves.flatMap((curve) => curve.epochs.map((epoch) => toEpochRow(curve, epoch)))
  }
}

/** Ids of trials in order, cut so that no group has more epochs than a page, unless it is one trial. */
function* groupByEpochs(trials: readonly Trial[]): Generator<readonly string[]> {
  let group: string[] = []
  let epochs = 0
  for (const { id, epochsDone } of trials) {
    if (epochsDone === 0) continue
    if (group.length > 0 && epochs + epochsDone > EPOCHS_PER_PAGE) {
      yield group
      group = []
      epochs = 0
    }
    group.push(id)
    epochs += epochsDone
  }
  if (group.length > 0) yield group
}
