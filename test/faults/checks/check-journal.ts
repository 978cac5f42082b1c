import type { JournalEntry } from '../journal.js'

/** What is wrong with what Postgres committed on the way; the tables may look right at the end nevertheless. */
export function checkJournal(journal: readonly JournalEntry[], checkpointIntervalMs: number): string[] {
  const ids = [...new Set(journal.map(({ id }) => id))]
  return ids.flatMap((id) => {
    const entries = journal.filter((entry) => entry.id === id)
    return [
      ...listRevivals(entries),
      ...listStaleEpochs(entries),
      ...listRepeatedEpochs(entries),
      ...listLosses(entries, checkpointIntervalMs),
    ].map((fault) => `${entries[0]?.kind === 'sweep' ? 'sweep' : 'trial'} ${id}: ${fault}`)
  })
}

/** Nothing ends twice, or continues after its end. */
function listRevivals(entries: readonly JournalEntry[]): string[] {
  const states = entries.filter(({ state }) => state !== null).map(({ state }) => state)
  return states.indexOf('completed') === states.length - 1 ? [] : [`it went to ${states.join(', ')}`]
}

/** Epochs are stored by the running attempt only. */
function* listStaleEpochs(entries: readonly JournalEntry[]): Generator<string> {
  let running: number | null = null
  for (const { kind, state, attempt, epoch } of entries) {
    if (kind === 'trial') running = state === 'running' ? attempt : null
    else if (kind === 'epoch' && attempt !== running)
      yield `epoch ${epoch} of attempt ${attempt} was stored while ${running === null ? 'none' : `attempt ${running}`} ran`
  }
}

/** An epoch is stored again only after it was dropped, and then with the same numbers. */
function* listRepeatedEpochs(entries: readonly JournalEntry[]): Generator<string> {
  const stored = new Map<number | null, string | null>()
  const dropped = new Map<number | null, string | null>()
  for (const { kind, attempt, epoch, metrics } of entries) {
    if (kind === 'dropped') {
      stored.delete(epoch)
      dropped.set(epoch, metrics)
    }
    if (kind !== 'epoch') continue
    if (stored.has(epoch)) yield `attempt ${attempt} trained epoch ${epoch} again`
    const before = dropped.get(epoch)
    if (before !== undefined && before !== metrics)
      yield `epoch ${epoch} came out as ${metrics} in attempt ${attempt}, and as ${before} before`
    stored.set(epoch, metrics)
  }
}

/** What is dropped at once was trained within the time that a checkpoint may wait. */
function* listLosses(entries: readonly JournalEntry[], checkpointIntervalMs: number): Generator<string> {
  let lostMs = 0
  for (const { kind, attempt, durationMs } of entries) {
    if (kind === 'epoch') lostMs = 0
    if (kind !== 'dropped') continue
    lostMs += durationMs ?? 0
    if (lostMs > checkpointIntervalMs)
      yield `${lostMs} ms of attempt ${attempt} were lost, of ${checkpointIntervalMs} ms at most`
  }
}
