import type { Sweep } from '@sweepd/core'
import { useId } from 'react'
import { Link } from 'wouter'
import { type SweepCommand, useSweepCommand } from '../data/commands'
import { ErrorNotice } from '../parts/feedback'
import { formatNumberOf } from '../words/format'

const PRIORITIES = [-10, -5, -1, 0, 1, 5, 10] as const

/** What can be done to the sweep in its present state. */
export function SweepActions({ sweep }: { readonly sweep: Sweep }) {
  const { mutate, isPending, error, reset } = useSweepCommand(sweep.id)
  const { state, trialCounts, priority } = sweep
  const isOpen = state === 'running' || state === 'paused'
  const priorityId = useId()
  const button = (type: Exclude<SweepCommand['type'], 'change'>, label: string, style = '') => (
    <button type="button" className={style} disabled={isPending} onClick={() => mutate({ type })}>
      {label}
    </button>
  )
  const cancel = () => {
    const left = trialCounts.queued + trialCounts.running
    if (
      window.confirm(`Cancel this sweep? ${formatNumberOf(left, 'trial')} will end and cannot be continued.`)
    )
      mutate({ type: 'cancel' })
  }
  return (
    <>
      <div className="actions">
        {state === 'running' && button('pause', 'Pause')}
        {state === 'paused' && button('resume', 'Resume', 'primary')}
        {trialCounts.failed > 0 &&
          state !== 'cancelled' &&
          button('retry', `Retry ${formatNumberOf(trialCounts.failed, 'failed trial')}`)}
        {isOpen && (
          <span className="row">
            <label htmlFor={priorityId} className="soft small">
              Priority
            </label>
            <select
              id={priorityId}
              value={priority}
              disabled={isPending}
              onChange={({ target }) =>
                mutate({ type: 'change', changes: { priority: Number(target.value) } })
              }
            >
              {[...new Set([...PRIORITIES, priority])]
                .sort((a, b) => b - a)
                .map((value) => (
                  <option key={value} value={value}>
                    {value}
                  </option>
                ))}
            </select>
          </span>
        )}
        <Link className="button" href={`/new?from=${sweep.id}`}>
          Again with changes
        </Link>
        {isOpen && (
          <button type="button" className="danger" disabled={isPending} onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
      {error && (
        <div className="stack" style={{ flexBasis: '100%' }}>
          <ErrorNotice error={error}>
            <div className="row">
              <button type="button" onClick={reset}>
                Close
              </button>
            </div>
          </ErrorNotice>
        </div>
      )}
    </>
  )
}
