import type { Sweep, SweepPoints } from '@sweepd/core'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { Link } from 'wouter'
import { api } from '../data/api'
import { refreshSweep } from '../data/refresh'
import { useSearchState } from '../data/search-state'
import { StateBadge } from '../parts/feedback'
import type { Column } from './columns'
import type { TableQuery } from './leaderboard'
import { usePickedTrials } from './picked-trials'
import { standardError } from './standard-error'

const ROW_PX = 34
/** Rows that are read at once; those in view, and no others, are kept up to date. */
const BLOCK = 100

interface GridProps {
  readonly sweep: Sweep
  readonly columns: readonly Column[]
  readonly query: TableQuery
  readonly matching: number
}

/** Draws only the rows in view, whatever their number, and reads them in blocks. */
export function LeaderboardGrid({ sweep, columns, query, matching }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: matching,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialRect: { width: 1000, height: 500 },
  })
  const items = rows.getVirtualItems()
  const readBlock = useBlocks(sweep, query, [...new Set(items.map(({ index }) => Math.floor(index / BLOCK)))])
  const template = `36px ${columns.map(({ widthPx }) => `minmax(${widthPx}px, 1fr)`).join(' ')}`
  const widthPx = 36 + columns.reduce((sum, column) => sum + column.widthPx, 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="grid-scroll" ref={scroller} tabIndex={0} aria-label="Table of trials">
      <div className="grid" role="table" aria-rowcount={matching + 1} style={{ minWidth: widthPx }}>
        <HeadRow sweep={sweep} columns={columns} query={query} template={template} />
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => (
            <BodyRow
              key={index}
              sweep={sweep}
              columns={columns}
              points={readBlock(Math.floor(index / BLOCK))}
              row={index % BLOCK}
              place={index}
              style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
            />
          ))}
        </div>
      </div>
    </section>
  )
}

function useBlocks(sweep: Sweep, query: TableQuery, blocks: readonly number[]) {
  const results = useQueries({
    queries: blocks.map((block) => {
      const request = { ...query, offset: block * BLOCK, limit: BLOCK }
      return {
        queryKey: ['points', sweep.id, request],
        queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
          api.listPoints(sweep.id, request, { signal }),
        refetchInterval: () => refreshSweep(sweep),
        placeholderData: keepPreviousData,
      }
    }),
  })
  return (block: number) => {
    const data = results[blocks.indexOf(block)]?.data
    // Data of another block stand in while this one is read; they are not its rows.
    return data?.offset === block * BLOCK ? data : undefined
  }
}

function HeadRow({
  sweep,
  columns,
  query,
  template,
}: Omit<GridProps, 'matching'> & { readonly template: string }) {
  const [, change] = useSearchState()
  const sort = query.sort ?? sweep.objective.metric
  const isDescending = query.order === undefined ? startsDescending(sweep, sort) : query.order === 'desc'
  const sortBy = ({ field }: Column) => {
    if (field !== sort) return change({ sort: field, order: null }, 'push')
    const order = isDescending ? 'asc' : 'desc'
    change(
      { sort: field, order: order === (startsDescending(sweep, field) ? 'desc' : 'asc') ? null : order },
      'push',
    )
  }
  return (
    <div className="grid-row head" role="row" style={{ gridTemplateColumns: template }}>
      <span role="columnheader">
        <span className="visually-hidden">pick</span>
      </span>
      {columns.map((column) => (
        <span
          key={column.field}
          role="columnheader"
          className={column.isNumber ? 'number' : ''}
          aria-sort={column.field !== sort ? 'none' : isDescending ? 'descending' : 'ascending'}
        >
          <button type="button" onClick={() => sortBy(column)}>
            {column.label}
            {column.field === sort && <span aria-hidden="true">{isDescending ? '↓' : '↑'}</span>}
          </button>
        </span>
      ))}
    </div>
  )
}

/** As the API sorts where no order is given. */
function startsDescending({ objective }: Sweep, field: string): boolean {
  if (field === objective.metric) return objective.direction === 'maximize'
  return field.endsWith('acc')
}

interface BodyRowProps {
  readonly sweep: Sweep
  readonly columns: readonly Column[]
  readonly points: SweepPoints | undefined
  readonly row: number
  readonly place: number
  readonly style: React.CSSProperties
}

function BodyRow({ sweep, columns, points, row, place, style }: BodyRowProps) {
  const [picked, toggle] = usePickedTrials()
  const id = points?.id[row]
  const { metric } = sweep.objective
  if (points === undefined || id === undefined)
    return (
      <div className="grid-row body" role="row" aria-rowindex={place + 2} style={style}>
        <span role="cell" className="soft">
          …
        </span>
      </div>
    )
  const number = points.number[row]
  return (
    <div
      className={`grid-row body ${picked.includes(id) ? 'chosen' : ''}`}
      role="row"
      aria-rowindex={place + 2}
      style={style}
    >
      <span role="cell">
        <input
          type="checkbox"
          aria-label={`Pick trial ${number}`}
          checked={picked.includes(id)}
          onChange={() => toggle(id)}
        />
      </span>
      {columns.map((column) => (
        <span key={column.field} role="cell" className={column.isNumber ? 'number' : ''}>
          {column.field === 'number' && <Link href={`/trials/${id}`}>{number}</Link>}
          {column.field === 'state' && <StateBadge state={points.state[row] ?? ''} />}
          {column.field !== 'number' && column.field !== 'state' && column.read(points, row)}
          {column.field === metric && isNearBest(sweep, points.metrics[metric][row], id) && (
            <span className="near" title="within one standard error of the best">
              {' '}
              ≈
            </span>
          )}
        </span>
      ))}
    </div>
  )
}

function isNearBest(sweep: Sweep, value: number | null | undefined, id: string): boolean {
  const { objective, bestTrial } = sweep
  const best = bestTrial?.metrics[objective.metric]
  if (best === null || best === undefined || value === null || value === undefined || bestTrial?.id === id)
    return false
  const error = standardError(sweep, objective.metric, best)
  return error !== undefined && Math.abs(best - value) <= error
}
