import type { JournalEntry } from '../journal.js'

/** What is wrong with what Postgres committed on the way: nothing ends twice or goes on after its end. */
export function checkJournal(journal: readonly JournalEntry[]): string[] {
  const changes = journal.filter(({ kind }) => kind !== 'epoch')
  return [...new Set(changes.map(({ id }) => id))].flatMap((id) => {
    const entries = changes.filter((entry) => entry.id === id)
    const states = entries.map(({ state }) => state)
    const isOnce = states.indexOf('completed') === states.length - 1
    return isOnce ? [] : [`${entries[0]?.kind} ${id} went to ${states.join(', ')}`]
  })
}

/** Which epochs were stored more than once, because an attempt began again before the newest checkpoint. */
export function listRepeatedEpochs(journal: readonly JournalEntry[]): string[] {
  const epochs = journal.filter(({ kind }) => kind === 'epoch')
  const seen = new Set<string>()
  return epochs.flatMap(({ id, epoch, attempt }) => {
    const key = `${id} ${epoch}`
    if (seen.has(key)) return [`trial ${id}: attempt ${attempt} trained epoch ${epoch} again`]
    seen.add(key)
    return []
  })
}
