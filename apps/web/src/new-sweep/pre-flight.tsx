import { ApiError } from '@sweepd/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../data/api'
import { describeError } from '../parts/feedback'
import { formatNumberOf, formatValue } from '../words/format'
import type { ReadDraft } from './draft'

const PAUSE_MS = 300

/** What the API says of the draft while it is typed: counts, or what is wrong with it as a whole. */
export function usePreFlight(read: ReadDraft) {
  const text = read.kind === 'draft' && read.problems.length === 0 ? JSON.stringify(read.draft) : undefined
  const settled = useSettled(text)
  const query = useQuery({
    queryKey: ['pre-flight', settled],
    queryFn: ({ signal }) => api.previewSweep(JSON.parse(settled ?? '{}'), { signal }),
    enabled: settled !== undefined,
    staleTime: 60_000,
  })
  const isCurrent = settled === text && text !== undefined
  return { preview: isCurrent ? query.data : undefined, error: isCurrent ? query.error : null, isCurrent }
}

/** The value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** One line that says what would happen. */
export function PreFlight({ read }: { readonly read: ReadDraft }) {
  const { preview, error } = usePreFlight(read)
  if (read.kind === 'broken') return <p className="notice bad">{read.fault}</p>
  if (read.problems.length > 0)
    return (
      <div className="notice bad">
        {formatNumberOf(read.problems.length, 'fault')} to mend:
        <ul>
          {read.problems.slice(0, 8).map(({ pointer, detail }) => (
            <li key={pointer}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      </div>
    )
  if (error) return <PreFlightError error={error} />
  if (preview === undefined) return <p className="notice">Counting…</p>
  return (
    <p className="notice" data-testid="count">
      <strong>{formatNumberOf(preview.trials, 'trial')}</strong>, {formatNumberOf(preview.epochs, 'epoch')} at
      most. Nothing is stored yet.
    </p>
  )
}

function PreFlightError({ error }: { readonly error: unknown }) {
  const points = error instanceof ApiError ? (error.problem.points ?? []) : []
  return (
    <div className="notice bad" role="alert">
      {describeError(error)}
      <ul>
        {points.slice(0, 5).map(({ point, reason }) => (
          <li key={JSON.stringify(point)}>
            {Object.entries(point)
              .map(([name, value]) => `${name} ${formatValue(value)}`)
              .join(', ')}
            : {reason}
          </li>
        ))}
      </ul>
    </div>
  )
}
