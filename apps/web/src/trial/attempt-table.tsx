import type { Attempt } from '@sweepd/core'
import { StateBadge } from '../parts/feedback'
import { formatDuration, formatTime } from '../words/format'

/** Each execution of a trial, where it ran and how it ended. */
export function AttemptTable({ attempts }: { readonly attempts: readonly Attempt[] }) {
  return (
    <div className="scroll">
      <table className="lined">
        <thead>
          <tr>
            <th scope="col" className="number">
              attempt
            </th>
            <th scope="col">worker</th>
            <th scope="col">ended</th>
            <th scope="col">epochs kept</th>
            <th scope="col">began</th>
            <th scope="col" className="number">
              time
            </th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.number}>
              <td className="number">{attempt.number}</td>
              <td className="mono">{attempt.workerId}</td>
              <td>
                <StateBadge state={attempt.outcome} />
                {attempt.error && (
                  <div className="small">
                    {attempt.error.class}: {attempt.error.message}
                  </div>
                )}
              </td>
              <td>{describeEpochs(attempt)}</td>
              <td className="nowrap">{formatTime(attempt.startedAt)}</td>
              <td className="number">{formatDuration(durationOf(attempt))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function describeEpochs({ epochs }: Attempt): string {
  const [first, last] = [epochs[0], epochs.at(-1)]
  if (first === undefined || last === undefined) return 'none'
  return first === last ? String(first.epoch) : `${first.epoch} to ${last.epoch}`
}

function durationOf({ startedAt, finishedAt }: Attempt): number {
  return Math.max(0, (finishedAt === null ? Date.now() : Date.parse(finishedAt)) - Date.parse(startedAt))
}
