import type { JournalEntry } from '../journal.js'

/** What is wrong with what Postgres committed on the way; the tables may look right at the end nevertheless. */
export function checkJournal(journal: readonly JournalEntry[]): string[] {
  const ids = [...new Set(journal.map(({ id }) => id))]
  return ids.flatMap((id) => {
    const entries = journal.filter((entry) => entry.id === id)
    return [...listRevivals(entries), ...listStaleEpochs(entries), ...listRepeatedEpochs(entries)].map(
      (fault) => `${entries[0]?.kind === 'sweep' ? 'sweep' : 'trial'} ${id}: ${fault}`,
    )
  })
}

/** Nothing ends twice, or continues after its end. */
function listRevivals(entries: readonly JournalEntry[]): string[] {
  const states = entries.filter(({ kind }) => kind !== 'epoch').map(({ state }) => state)
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

/** Each epoch is stored once: an attempt resumes after the checkpoint of the one before. */
function* listRepeatedEpochs(entries: readonly JournalEntry[]): Generator<string> {
  const stored = new Set<number | null>()
  for (const { attempt, epoch } of entries.filter(({ kind }) => kind === 'epoch')) {
    if (stored.has(epoch)) yield `attempt ${attempt} trained epoch ${epoch} again`
    stored.add(epoch)
  }
}
