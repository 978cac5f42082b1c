import { useSearchState } from '../data/search-state'

/** Trials that one comparison shows at most. */
export const MAX_PICKED = 6

/** The trials that a person has picked, shared by all views of a sweep, and how to pick or drop one. */
export function usePickedTrials(): [readonly string[], (id: string) => void] {
  const [search, change] = useSearchState()
  const picked = (search.get('pick') ?? '').split(',').filter((id) => id !== '')
  const toggle = (id: string) => {
    const next = picked.includes(id)
      ? picked.filter((other) => other !== id)
      : [...picked, id].slice(-MAX_PICKED)
    change({ pick: next.length === 0 ? null : next.join(',') })
  }
  return [picked, toggle]
}
