import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

/** Whether a change of view can be gone back from; moving a slider cannot. */
export type HistoryEntry = 'push' | 'replace'

/** Parameters of a URL; null removes one. */
export type SearchChanges = Readonly<Record<string, string | null>>

/** The query of this page's URL, which is its whole state, and how to change it. */
export function useSearchState(): [URLSearchParams, (changes: SearchChanges, entry?: HistoryEntry) => void] {
  const search = useSearch()
  const [path, navigate] = useLocation()
  const params = useMemo(() => new URLSearchParams(search), [search])
  const change = useCallback(
    (changes: SearchChanges, entry: HistoryEntry = 'replace') => {
      // What stands in the URL now, not at the last rendering: two changes may come at once.
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes))
        if (value === null) next.delete(name)
        else next.set(name, value)
      const text = next.toString()
      navigate(text === '' ? path : `${path}?${text}`, { replace: entry === 'replace' })
    },
    [navigate, path],
  )
  return [params, change]
}
