import { InvalidInputError, parseTrialFilter, type Sweep, TRIAL_FIELDS, type TrialField } from '@sweepd/core'
import { type FormEvent, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { usePoints } from '../data/queries'
import { useSearchState } from '../data/search-state'
import { Card, Empty, ErrorNotice } from '../parts/feedback'
import { formatCount, formatNumberOf } from '../words/format'
import { listColumns } from './columns'
import { LeaderboardGrid } from './leaderboard-grid'
import { MAX_PICKED, usePickedTrials } from './picked-trials'

/** What the table shows: a filter, a column, and a direction if it is not the usual one. */
export interface TableQuery {
  readonly filter: string | undefined
  readonly sort: TrialField | undefined
  readonly order: 'asc' | 'desc' | undefined
}

/** All trials of a sweep in a table that scrolls to any of them. */
export function Leaderboard({ sweep }: { readonly sweep: Sweep }) {
  const [search, change] = useSearchState()
  const query = readQuery(search)
  const { data, error } = usePoints(sweep, { filter: query.filter, limit: 1 })
  const [picked] = usePickedTrials()
  const columns = listColumns(sweep)
  return (
    <Card
      title="Leaderboard"
      note={data && describe(sweep, query, data.matching, data.total)}
      end={
        <>
          {picked.length > 0 && (
            <button type="button" className="plain" onClick={() => change({ pick: null })}>
              Clear {picked.length} picked
            </button>
          )}
          {picked.length >= 2 ? (
            <Link className="button primary" href={`/compare?trials=${picked.join(',')}`}>
              Compare {picked.length} trials
            </Link>
          ) : (
            <span className="soft small">Pick 2 to {MAX_PICKED} trials to compare them</span>
          )}
        </>
      }
      footer="≈ is within one standard error of the best: more images would be needed to tell them apart."
    >
      <FilterForm filter={query.filter ?? ''} onFilter={(filter) => change({ filter }, 'push')} />
      {error && <ErrorNotice error={error} />}
      {data?.matching === 0 ? (
        <Empty>
          {data.total === 0
            ? 'This sweep has no trials.'
            : `None of the ${formatNumberOf(data.total, 'trial')} fulfils this filter.`}
        </Empty>
      ) : (
        <LeaderboardGrid
          sweep={sweep}
          columns={columns}
          query={query}
          matching={data?.matching ?? sweep.trialCounts.total}
        />
      )}
    </Card>
  )
}

function readQuery(search: URLSearchParams): TableQuery {
  const [filter, order] = [search.get('filter') ?? undefined, search.get('order')]
  return {
    filter: filter !== undefined && findFault(filter) === undefined ? filter : undefined,
    sort: TRIAL_FIELDS.find((field) => field === search.get('sort')),
    order: order === 'asc' || order === 'desc' ? order : undefined,
  }
}

function describe(sweep: Sweep, { filter, sort }: TableQuery, matching: number, total: number): string {
  const order =
    sort === undefined || sort === sweep.objective.metric
      ? `best ${sweep.objective.metric} first`
      : `by ${sort}`
  const all = formatNumberOf(total, 'trial')
  return `${filter === undefined ? `all ${all}` : `${formatCount(matching)} of ${all}`}, ${order}`
}

function findFault(filter: string): string | undefined {
  try {
    parseTrialFilter(filter)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ detail }) => detail).join('; ')
    throw error
  }
}

interface FilterFormProps {
  readonly filter: string
  readonly onFilter: (filter: string | null) => void
}

const EXAMPLE = 'lr<=0.001 val_acc>0.9 state=completed'

function FilterForm({ filter, onFilter }: FilterFormProps) {
  const input = useRef<HTMLInputElement>(null)
  const fault = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (
        event.key !== '/' ||
        event.target instanceof HTMLInputElement ||
        event.target instanceof HTMLTextAreaElement
      )
        return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const text = input.current?.value.trim() ?? ''
    const found = findFault(text)
    if (fault.current) fault.current.textContent = found ?? ''
    input.current?.setAttribute('aria-invalid', String(found !== undefined))
    if (found === undefined) onFilter(text === '' ? null : text)
  }
  const terms = filter.split(/\s+/).filter((term) => term !== '')
  return (
    <form className="filter" onSubmit={submit} aria-label="Filter">
      <input
        ref={input}
        key={filter}
        defaultValue={filter}
        placeholder={`Filter: ${EXAMPLE}`}
        aria-label="Filter trials"
        aria-describedby="filter-fault"
        spellCheck={false}
        autoCapitalize="off"
      />
      <button type="submit">Filter</button>
      {terms.length > 0 && (
        <span className="chips">
          {terms.map((term) => (
            <button
              key={term}
              type="button"
              className="chip"
              aria-label={`Remove ${term}`}
              onClick={() => onFilter(terms.filter((other) => other !== term).join(' ') || null)}
            >
              {term} ×
            </button>
          ))}
        </span>
      )}
      <p
        ref={fault}
        id="filter-fault"
        className="fault"
        style={{ flexBasis: '100%', minHeight: 0 }}
        role="alert"
      />
    </form>
  )
}
