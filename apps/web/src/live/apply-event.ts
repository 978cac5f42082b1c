import type { ClientEvent } from '@sweepd/client'
import type { Page, Sweep, Worker } from '@sweepd/core'
import { queryClient } from '../data/query-client'
import { Refresher } from './refresher'

/** How soon what is read in bulk follows a change, by the first part of its key: whoever sorts by a column is not hurried. */
const PACE_MS: Readonly<Record<string, number>> = {
  sweeps: 1000,
  points: 1000,
  curves: 1000,
  drawn: 2000,
  timeline: 2000,
  trial: 300,
  trials: 1000,
}

const refresher = new Refresher(
  (key) => queryClient.invalidateQueries({ queryKey: key }),
  (key) => PACE_MS[String(key[0])] ?? 1000,
)

/** Reads everything that is shown again. */
export const refreshAll = (): void => void queryClient.invalidateQueries()

/** Brings an event into the queries: what it carries is written, what depends on it is read again. */
export function applyEvent(event: Exclude<ClientEvent, { name: 'broken' }>): void {
  switch (event.name) {
    case 'open':
      break
    case 'reset':
      refreshAll()
      break
    case 'sweep':
      writeSweep(event.data)
      break
    case 'sweep-deleted':
      refresher.mark(['sweeps'])
      refresher.mark(['sweep', event.data.sweepId])
      break
    case 'trial':
      refresher.mark(['trial', event.data.id])
      refresher.mark(['trials'])
      refreshTrialsOf(event.data.sweepId)
      break
    case 'trials':
      refresher.mark(['trial'])
      refresher.mark(['trials'])
      refreshTrialsOf(event.data.sweepId)
      break
    case 'workers':
      write<{ readonly items: readonly Worker[] }>(['workers'], () => event.data)
  }
}

function refreshTrialsOf(sweepId: string): void {
  for (const what of ['points', 'curves', 'drawn', 'timeline']) refresher.mark([what, sweepId])
}

function writeSweep(sweep: Sweep): void {
  write<Sweep>(['sweep', sweep.id], () => sweep)
  const isListed = queryClient.getQueryData<Page<Sweep>>(['sweeps'])?.items.some(({ id }) => id === sweep.id)
  if (isListed)
    write<Page<Sweep>>(['sweeps'], (page) => ({
      ...page,
      items: page.items.map((item) => (item.id === sweep.id ? sweep : item)),
    }))
  else refresher.mark(['sweeps'])
}

/** Into a query that has an answer. One that is under way began before the event, and would bring back what was before. */
function write<T>(key: readonly string[], change: (before: T) => T): void {
  if (queryClient.getQueryData(key) === undefined) return
  void queryClient.cancelQueries({ queryKey: key, exact: true })
  queryClient.setQueryData<T>(key, (before) => before && change(before))
}
