import type { TrialCounts, TrialState } from '@sweepd/core'
import { formatCount } from '../words/format'

const ORDER: readonly TrialState[] = ['completed', 'pruned', 'failed', 'cancelled', 'running', 'queued']

/** How many trials of a sweep are in each state, as a bar and in numbers. */
export function ProgressMeter({ counts }: { readonly counts: TrialCounts }) {
  const present = ORDER.filter((state) => counts[state] > 0)
  return (
    <div className="meter">
      <div className="parts" aria-hidden="true">
        {present.map((state) => (
          <span
            key={state}
            className={`part-${state}`}
            style={{ width: `${(100 * counts[state]) / counts.total}%` }}
          />
        ))}
      </div>
      <div className="legend">
        {present.map((state) => (
          <span key={state}>
            {formatCount(counts[state])} {state}
          </span>
        ))}
      </div>
    </div>
  )
}
